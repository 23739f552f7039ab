"""Titles of stored milestones for staff."""

from collections.abc import Callable

from pulse.auth.scope import Scope
from pulse.db.transaction import tenant
from pulse.i18n.identity_phrases import words_for
from pulse.milestones.default_rules import localize
from pulse.scoring.scorecard_store import catalogue


async def milestone_titles(scope: Scope, language: str = "en") -> Callable[[str], str]:
    """How staff of a language read a kept milestone: key → title; unknown ones as words."""
    async with tenant(scope) as unit:
        say = localize(await catalogue(unit), words_for(language))
    return lambda key: say(key, key.replace("_", " ").capitalize())[0]
