"""Texts of the scorecard page about the open and the published version."""

from pulse.scoring.scorecard import Scorecard
from pulse.scoring.scorecard_store import Published
from ui.components.customer_rows import scorecard_name
from ui.texts import gettext, marked


def subtitle(published: Published | None) -> str:
    """The published version in a few words."""
    if published is None:
        return gettext("No version published yet")
    words = gettext("Version {version} published, {origin}, {metrics} metrics")
    if published.name:
        words = gettext("“{name}”: version {version} published, {origin}, {metrics} metrics")
    return words.format(
        name=scorecard_name(published.name),
        version=published.version,
        origin=_origin(published.card),
        metrics=len(published.card.terms),
    )


def publish_question(version: int | None, name: str) -> tuple[str, str]:
    """The heading and the effect in the dialog before a publication.

    version: None for the weights on the page; name: empty where there is only one scorecard.
    """
    if not name:
        if version is None:
            return gettext("Publish this scorecard"), EFFECT
        return gettext("Publish version {version}?").format(version=version), AGAIN
    if version is None:
        return gettext("Publish the scorecard “{name}”").format(name=name), EFFECT_ON_ITS_OWN
    heading = gettext("Publish version {version} of “{name}”?")
    return heading.format(version=version, name=name), EFFECT_ON_ITS_OWN


EFFECT = marked(
    "Every customer is scored again. Changes that come from the scorecard are "
    "marked as such; they open no cards and end none."
)
AGAIN = marked(
    "Every customer is scored again with it. It opens no cards. Cards opened by a later version "
    "are taken back, unless somebody has worked on them."
)
EFFECT_ON_ITS_OWN = marked(
    "It changes the score of the customers whom it scores, and of nobody else. Changes that come "
    "from the scorecard are marked as such; they open no cards and end none."
)


def is_published(version: int, name: str, *, again: bool) -> str:
    """Report a publication; name: empty where there is only one scorecard."""
    if name:
        words = gettext("Version {version} of “{name}” is published.")
    elif again:
        words = gettext("Version {version} is published again.")
    else:
        words = gettext("Version {version} is published.")
    return words.format(version=version, name=name)


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
