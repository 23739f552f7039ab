"""The goal of each benchmark, and what takes the time where a goal is missed."""

from typing import Any, NamedTuple


class Goal(NamedTuple):
    """A goal: `figure` (ours, ratio, or the dotted path of a detail) compared with `limit`."""

    claim: str
    figure: str
    sign: str  # "≤", "≥" or "="
    limit: float

    def found_in(self, answer: dict[str, Any]) -> float | None:
        """The figure in this result; None where it is missing."""
        found: Any = answer if self.figure in answer else answer["details"]
        for part in self.figure.split("."):
            found = found.get(part) if isinstance(found, dict) else None
        return None if found is None else float(found)

    def is_met(self, answer: dict[str, Any]) -> bool:
        """Whether the figure meets the goal; a missing one does not."""
        found = self.found_in(answer)
        if found is None:
            return False
        if self.sign == "=":
            return found == self.limit
        return found <= self.limit if self.sign == "≤" else found >= self.limit


GOALS: dict[str, tuple[Goal, ...]] = {
    "cluster": (
        Goal("changes lost while a process of each role is killed", "ours", "=", 0),
        Goal("ms for a change to cross processes, p99", "slowest_crossing_p99_ms", "≤", 200),
        Goal("seconds until the pages of a killed dashboard go on", "slowest_resume_s", "≤", 5),
        Goal("seconds until changes cross after Redis is back", "redis_away.heard_after_s", "≤", 2),
    ),
    "dashboard": (
        Goal("ms for a page of 1,000,000 customers, p95", "ours", "≤", 80),
        Goal("ms for a click on 200 open pages, p95", "open_dashboards.busy_p95_ms", "≤", 150),
        Goal("ms from tap to every list, p95", "open_dashboards.shown_p95_ms", "≤", 500),
        Goal("MB of an open page", "open_dashboards.mb_a_page", "≤", 1),
    ),
    "fanout": (
        Goal("ms from tap to every dashboard, 5,000 widgets, p99", "p99_ms", "≤", 200),
        Goal("kB of a connected widget, 10,000 of them", "kb_per_widget", "≤", 30),
    ),
    "faults": (Goal("broken promises while parts fail", "ours", "=", 0),),
    "import": (
        Goal("seconds for 1,000,000 rows, scored", "ours", "≤", 40),
        Goal("seconds for 10,000 rows into a million", "small_into_large_seconds", "≤", 2),
        Goal("MiB at most meanwhile", "memory_mib", "≤", 2048),
    ),
    "ingest": (
        Goal("events lost", "lost", "=", 0),
        Goal("events counted twice", "doubled", "=", 0),
    ),
    "learning": (
        Goal("regret over uniform choice", "ratio", "≤", 0.6),
        Goal("the same, small effects, 2,000 cards", "small_effects.ratio", "≤", 0.6),
        Goal("the same, after tastes flip", "small_effects.ratio_after_flip", "≤", 0.6),
    ),
    "reads": (Goal("identity reads a second over the peer's", "ratio", "≥", 8),),
    "scoring": (Goal("seconds for 1,000,000 exact scores", "ours", "≤", 3),),
    "soak": (Goal("errors", "ours", "=", 0),),
    "startup": (
        Goal("seconds of a later start", "ours", "≤", 3.5),
        Goal("seconds of the first start", "first_start_s", "≤", 40),
    ),
    "storm": (
        Goal("seconds until 5,000 widgets are back", "ours", "≤", 10),
        Goal("ms of a REST read meanwhile, p95", "rest_p95_ms", "≤", 200),
        Goal("ms of the slowest REST read meanwhile", "rest_slowest_ms", "≤", 1000),
    ),
    "truth": (
        Goal("silent customers who rise", "risers", "=", 0),
        Goal("silent customers who are not fragile", "silent_not_fragile", "=", 0),
    ),
    "widget": (Goal("ms from script to score", "ours", "≤", 100),),
}

PROFILES: dict[str, str] = {
    "dashboard": "an open page has about 200 elements of NiceGUI of some 4 kB each: the props, "
    "classes and style of every element are observable collections of their own. A tap reaches the "
    "lists after its score is made (ten rounds a second), the window of .2 to .3 of a "
    "second that gathers what happens meanwhile, and the turn of the page among 200.",
    "import": "Python and PostgreSQL take about half of the processor time each (60,000 rows: 4.1 "
    "and 3.4 s). Python reads and checks cells and calculates scores; PostgreSQL writes the rows "
    "with their keys, foreign keys and search index, and a snapshot of each customer. "
    "`importing_seconds` and `scoring_seconds` in the details show the time of both steps.",
    "learning": "not time but information: small effects are styles that differ by about .02 of a "
    "reward that varies by .35, and the ratio is .66, and .76 after tastes flip (48 worlds). Who "
    "pays nothing for trying, always uses the best style so far and sees what a random other style "
    "would have achieved with each card has .61 and .75 (`FreeExploration`). In "
    "256 other worlds a chooser that knows how large effects are and begins anew at the moment of "
    "the flip reaches .57 after it, and .64 if it learns of the flip 200 cards later, which is too "
    "few to see it; change-point detection in place of the half-life reached .75 on the 48 worlds.",
    "startup": "the imports: a third is Pulse's own modules, a fifth NiceGUI with socket.io, "
    "aiohttp and redis; Piccolo, FastAPI, httpx, PgQueuer, Litestar and polars take 4 to 7 % each. "
    "Then the embedded PostgreSQL starts; the first start adds initdb, the migrations and the "
    "demo's data.",
    "storm": "the handshake itself (uvicorn, websockets and Litestar) takes about half of the "
    "server's time; the factors and sentences of each state a third; statements below a tenth. The "
    "measuring side, one process with all the sockets, keeps the other core busy.",
}
"""From py-spy, `python -X importtime` and processor times; shown beside a missed goal."""
