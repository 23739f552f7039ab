"""Discovered clusters on the Segments page: what they are like, who moved, and looking again."""

from pulse import clock
from pulse.auth.roles import Role
from pulse.jobs import analyses
from pulse.segments import cluster_job, cluster_overview
from pulse.segments.cluster_overview import Found, Group
from pulse.segments.segment_overview import Segment
from ui import kit
from ui.components.customer_filter import link_to
from ui.components.job_progress import StudyWatch
from ui.formatters import ago, money, number, percent
from ui.kit.table import Row
from ui.runtime.live import Batch
from ui.runtime.page_context import Page

COLUMNS = [
    kit.Column("name", "Cluster", "link"),
    kit.Column("traits", "Signals (usual)", "quiet", narrow=False),
    kit.Column("customers", "Customers", "number"),
    kit.Column("average", "Strength", "number"),
    kit.Column("change_7d", "7 days", "change", narrow=False),
    kit.Column("moved", "Joined, left", "number", narrow=False),
    kit.Column("value", "Value a year", "number", narrow=False),
]


class ClusterPanel:
    """The panel; `segments` are the clusters as the comparison below takes them."""

    def __init__(self, page: Page) -> None:
        self._page = page
        self._found: Found | None = None
        self._watch = StudyWatch("clusters", self._over)

    @property
    def segments(self) -> list[Segment]:
        """The clusters found last, the largest first."""
        return [group.segment for group in self._found.groups] if self._found else []

    @property
    def is_looking(self) -> bool:
        """Whether clusters are being looked for right now."""
        return self._watch.is_open

    async def read(self) -> None:
        """Read them as they are now."""
        self._found = await cluster_overview.newest(self._page.scope)

    async def draw(self) -> None:
        """The table, or what to do to get one."""
        self._watch.draw()
        with kit.panel("Discovered segments", flush=True) as made:
            self._note = made.note
            if self._page.scope.role >= Role.csm:
                with made.head:
                    self._button = kit.Button("Find clusters", self._look, small=True)
            self._none = kit.empty("No clusters found yet", EMPTY)
            self._table = kit.Table(COLUMNS, label="Clusters")
        self.show()
        self._watch.show(await analyses.newest(self._page.scope, "clusters"))

    def show(self) -> None:
        """Show what was read."""
        groups = self._found.groups if self._found else ()
        self._none.set_visibility(not groups)
        self._table.set_visibility(bool(groups))
        self._table.show([self._row(group) for group in groups])
        if self._found:
            when = ago(self._found.found_at, clock.now())
            self._note.set_text(f"k-means on the five signals, {when}")

    async def hear(self, batch: Batch) -> None:
        """Follow a search for clusters."""
        await self._watch.hear(batch)

    async def _look(self) -> None:
        await cluster_job.enqueue_clustering(await self._page.acting())
        self._watch.show(await analyses.newest(self._page.scope, "clusters"))

    async def _over(self) -> None:
        self._watch.show(await analyses.newest(self._page.scope, "clusters"))
        await self.read()
        self.show()

    def _row(self, group: Group) -> Row:
        one = group.segment
        return {
            "id": one.name,
            "name": one.name,
            "name_href": link_to(one.chosen),
            "traits": ", ".join(
                f"{trait.signal} {percent(trait.share)} ({trait.usual * 100:.0f})"
                for trait in group.traits
            ),
            "customers": number(one.customers),
            "average": number(one.average, 1),
            "moved": _moved(group),
            "value": money(one.value, self._page.currency),
            **kit.cells.change(one.change_7d, "change_7d"),
        }


def _moved(group: Group) -> str:
    return f"+{group.came:,} −{group.went:,}" if group.came or group.went else ""


EMPTY = (
    "Pulse groups customers whose signals are alike and names each group by what sets it apart. "
    "The names stay from one search to the next; nobody's segment changes."
)
