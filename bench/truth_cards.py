"""The cards of lantern's replayed year, compared with random choice and lowest score first.

Replays the whole year in a separate database (two minutes), with the steps of the demo. The rule (a
regular customer is overdue at twice the usual gap) was chosen on the first half; `second` is held
out.
"""

import asyncio
import json
import tempfile
from pathlib import Path
from typing import Any

from pulse import settings
from pulse.auth.business_lifecycle import create_business
from pulse.auth.scope import Scope
from pulse.cards.evaluation.evaluation_data import card_evaluation_report
from pulse.cards.evaluation.figures import figures as plain
from pulse.db.embedded.server import EmbeddedPostgres
from pulse.db.engine import app_connection, pool
from pulse.db.migrate import migrate
from pulse.demo import people, replay

SECRET = "a secret of the benchmark, of sufficient length"
BEFORE = {
    "second": {
        "returning": {
            "judged": 199,
            "cards": {"precision": 0.462, "lost": 254.0, "warning": 29.9},
            "lowest_first": {"precision": 0.503, "lost": 206.0, "warning": 29.5},
        },
        "regular": {"judged": 2, "cards": {"precision": 0.5, "warning": 0.4}},
    },
    "too_late": 0.187,
}
"""The same year with cards for falls only, before cards for overdue orders existed: falls of more
than ten points."""


def figures() -> dict[str, Any]:
    """The evaluation of the replayed year's cards; see `evaluation.figures`."""
    return asyncio.run(_figures())


async def _figures() -> dict[str, Any]:
    with tempfile.TemporaryDirectory(prefix="pulse-bench-") as name:
        folder = Path(name)
        chosen = settings.Settings(data_dir=folder / "data", secret=SECRET, demo=True)
        settings.choose(chosen)
        server = EmbeddedPostgres(folder / "pg")
        await asyncio.to_thread(server.start)
        try:
            await migrate(server.connection)
            async with pool(app_connection(chosen, server.connection)):
                return {**await _replayed(), "before": BEFORE}
        finally:
            await asyncio.to_thread(server.stop)


async def _replayed() -> dict[str, Any]:
    business, _ = await create_business("lantern", "Lantern & Co", currency="GBP", is_demo=True)
    scope = Scope.for_pulse(business.id)
    await people.add_demo_staff(scope, "lantern", "pulse-demo")
    await replay.fill(scope, lambda *_: None)
    return plain(await card_evaluation_report(scope))


if __name__ == "__main__":
    print(json.dumps(figures()))
