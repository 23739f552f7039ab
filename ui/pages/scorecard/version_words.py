"""Texts of the scorecard page about the open and the published version."""

from pulse.scoring.scorecard import Scorecard
from pulse.scoring.scorecard_store import Published
from ui.texts import gettext


def subtitle(published: Published | None) -> str:
    """The published version in a few words."""
    if published is None:
        return gettext("No version published yet")
    return gettext("Version {version} published, {origin}, {metrics} metrics").format(
        version=published.version,
        origin=_origin(published.card),
        metrics=len(published.card.terms),
    )


def which_is_open(opened: Published, published: Published | None) -> str:
    """The open version, and the one that scores customers."""
    if published is None:
        return gettext(
            "Version {version} is open ({origin}). Nobody is scored by this scorecard until "
            "you publish a version of it."
        ).format(version=opened.version, origin=_origin(opened.card))
    return gettext(
        "Version {version} is open ({origin}). Customers are scored by version "
        "{version2} until you publish this one."
    ).format(version=opened.version, origin=_origin(opened.card), version2=published.version)


def _origin(card: Scorecard) -> str:
    return gettext("learned from outcomes") if card.origin == "learned" else gettext("set by hand")
