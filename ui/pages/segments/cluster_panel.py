"""Discovered clusters on the Segments page: characteristics, movement, new search."""

from collections.abc import Sequence

from nicegui import binding

from pulse import clock
from pulse.auth.roles import Permission
from pulse.jobs import analyses
from pulse.segments import cluster_job, cluster_overview
from pulse.segments.cluster_overview import Group
from pulse.segments.segment_overview import Segment
from ui import kit
from ui.components.customer_filter import link_to
from ui.components.job_progress import JobProgress
from ui.formatters import ago, money, number, percent, signal_name
from ui.kit.table import Row
from ui.runtime.live import Batch
from ui.runtime.page_context import Page
from ui.runtime.read_order import ReadOrder
from ui.texts import gettext, marked

COLUMNS = [
    kit.Column("name", "Cluster", "link"),
    kit.Column("traits", "Signals (average)", "quiet", narrow=False),
    kit.Column("customers", "Customers", "count"),
    kit.Column("average", "Strength", "number"),
    kit.Column("change_7d", "7 days", "change", narrow=False),
    kit.Column("moved", "Joined, left", "number", narrow=False),
    kit.Column("value", "Value a year", "number", narrow=False),
]


@binding.bindable_dataclass
class ClustersState:
    """State of the panel."""

    note: str = ""
    rows: Sequence[Row] = ()


class ClusterPanel:
    """The panel; `segments`: the clusters for the comparison below."""

    def __init__(self, page: Page) -> None:
        self._page = page
        self._state = ClustersState()
        self._watch = JobProgress("clusters", self._on_finished)
        self._reads = ReadOrder()
        self.segments: list[Segment] = []

    @property
    def is_looking(self) -> bool:
        """Whether a search for clusters is running."""
        return self._watch.is_open

    async def read(self) -> None:
        """Read the current clusters, largest first, and assign them to the state."""
        read = self._reads.start()
        found = await cluster_overview.newest(self._page.scope)
        if not read.accept():
            return
        groups = found.groups if found else ()
        self.segments = [group.segment for group in groups]
        self._state.rows = tuple(self._row(group) for group in groups)
        if found:
            when = ago(found.found_at, clock.now())
            self._state.note = gettext("k-means on the five signals, {when}").format(when=when)

    async def draw(self) -> None:
        """Draw the table, or how to get one."""
        state = self._state
        self._watch.draw()
        with kit.panel("Discovered segments", flush=True) as made:
            made.note.bind_text_from(state, "note")
            if self._page.scope.may(Permission.run_analyses):
                with made.head:
                    kit.Button("Find clusters", self._start_search, small=True)
            kit.empty("No clusters found yet", EMPTY).bind_visibility_from(
                state, "rows", backward=lambda rows: not rows
            )
            table = kit.Table(COLUMNS, label="Clusters").bind_rows_from(state, "rows")
            table.bind_visibility_from(state, "rows", backward=bool)
        await self._follow()

    async def hear(self, batch: Batch) -> None:
        """Handle progress of a search for clusters."""
        await self._watch.hear(batch)

    async def _start_search(self) -> None:
        await cluster_job.enqueue_clustering(await self._page.acting())
        await self._follow()

    async def _on_finished(self) -> None:
        await self._follow()
        await self.read()

    async def _follow(self) -> None:
        await self._watch.follow(analyses.newest(self._page.scope, "clusters"))

    def _row(self, group: Group) -> Row:
        one = group.segment
        return {
            "id": one.name,
            "name": one.name,
            "name_href": link_to(one.chosen),
            "traits": ", ".join(
                f"{signal_name(trait.signal)} {percent(trait.share)} ({trait.usual * 100:.0f})"
                for trait in group.traits
            ),
            **kit.cells.count(one.customers, link_to(one.chosen), "customers"),
            "average": number(one.average, 1),
            "moved": _moved(group),
            "value": money(one.value, self._page.currency),
            **kit.cells.change(one.change_7d, "change_7d"),
        }


def _moved(group: Group) -> str:
    return f"+{number(group.came)} −{number(group.went)}" if group.came or group.went else ""


EMPTY = marked(
    "Pulse groups customers whose signals are alike and names each group by what sets it apart. "
    "The names stay from one search to the next; nobody's segment changes."
)
