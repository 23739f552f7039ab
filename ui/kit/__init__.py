"""The elements that views are built from; all are shown at /kit (demo businesses)."""

from ui.kit import cells, charts
from ui.kit.badges import Badge, avatar, band, state
from ui.kit.buttons import Button, Segments, Tabs
from ui.kit.cells import Column
from ui.kit.charts import Chart, Marker
from ui.kit.feedback import Progress, toast
from ui.kit.items import Facts, Items
from ui.kit.kpi_strip import Figure, Figures
from ui.kit.panel import Panel, Title, columns, empty, note, panel, skeleton
from ui.kit.picklist import Picklist
from ui.kit.plots import model_charts
from ui.kit.plots.factor_steps import factor_bars
from ui.kit.score import BandBar, Score
from ui.kit.table import Ask, PagedTable, Row, Slice, Table
from ui.kit.text import box, link, row, stack, text

__all__ = [
    "Ask",
    "Badge",
    "BandBar",
    "Button",
    "Chart",
    "Column",
    "Facts",
    "Figure",
    "Figures",
    "Items",
    "Marker",
    "PagedTable",
    "Panel",
    "Picklist",
    "Progress",
    "Row",
    "Score",
    "Segments",
    "Slice",
    "Table",
    "Tabs",
    "Title",
    "avatar",
    "band",
    "box",
    "cells",
    "charts",
    "columns",
    "empty",
    "factor_bars",
    "link",
    "model_charts",
    "note",
    "panel",
    "row",
    "skeleton",
    "stack",
    "state",
    "text",
    "toast",
]
