"""The public interface for views: everything a dashboard page needs, from one module.

Names and behaviour stay stable between releases. A view imports nothing else of `ui`, and its
queries from `pulse.sdk`. docs/add-a-view.md is the guide; /kit shows every element.
"""

from nicegui import ui as elements
from nicegui.binding import bindable_dataclass

from pulse.live.messages import Message
from pulse.sdk import CustomerFilter, CustomerRow, add_note, add_notes, contexts_per_day, list_staff
from pulse.sdk import count_exactly as count_customers
from pulse.sdk import listing as list_customers
from ui import kit
from ui.components.customer_rows import MOVER_COLUMNS, address_of, mover_row
from ui.crud import crud_view
from ui.formatters import ago, clock_time, day, label, money, month, number, percent, plural, signed
from ui.kit.calendar import Calendar, Entry, period_field
from ui.kit.cells import Column
from ui.kit.dialogs import ask_choice, ask_text, confirm
from ui.kit.fields import number_field, search_field, select_field, text_area, text_field, tick
from ui.kit.kpi_strip import Figure
from ui.kit.plots.chart_style import Options
from ui.kit.table import Ask, Row, Slice
from ui.runtime.live import Batch
from ui.runtime.page_context import Page
from ui.runtime.read_order import ReadOrder
from ui.runtime.registry import view

__all__ = [
    "MOVER_COLUMNS",
    "Ask",
    "Batch",
    "Calendar",
    "Column",
    "CustomerFilter",
    "CustomerRow",
    "Entry",
    "Figure",
    "Message",
    "Options",
    "Page",
    "ReadOrder",
    "Row",
    "Slice",
    "add_note",
    "add_notes",
    "address_of",
    "ago",
    "ask_choice",
    "ask_text",
    "bindable_dataclass",
    "clock_time",
    "confirm",
    "contexts_per_day",
    "count_customers",
    "crud_view",
    "day",
    "elements",
    "kit",
    "label",
    "list_customers",
    "list_staff",
    "money",
    "month",
    "mover_row",
    "number",
    "number_field",
    "percent",
    "period_field",
    "plural",
    "search_field",
    "select_field",
    "signed",
    "text_area",
    "text_field",
    "tick",
    "view",
]
