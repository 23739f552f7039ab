"""Titles of stored milestones for staff."""

from collections.abc import Callable

from pulse.auth.scope import Scope
from pulse.db.transaction import tenant
from pulse.i18n.identity_phrases import ENGLISH
from pulse.milestones.default_rules import localize
from pulse.scoring.scorecard_store import catalogue


async def milestone_titles(scope: Scope) -> Callable[[str], str]:
    """Return the title of each stored milestone by key; unknown keys as words."""
    async with tenant(scope) as unit:
        say = localize(await catalogue(unit), ENGLISH)
    return lambda key: say(key, key.replace("_", " ").capitalize())[0]
