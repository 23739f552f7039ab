"""Table cells: one template per kind, filled from the row in the browser.

A row is a flat dictionary. The templates are constants of this module: text from the database only
fills `{{ … }}`, which the browser shows as text.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from html import escape
from typing import Any, Literal

from ui.formatters import initial, money, number, signed, signed_in
from ui.kit.badges import state_words
from ui.kit.score import direction_of
from ui.texts import gettext

Kind = Literal[
    "text",
    "quiet",
    "prose",
    "number",
    "count",
    "person",
    "score",
    "change",
    "band",
    "state",
    "badge",
    "link",
    "actions",
    "event",
]


@dataclass(frozen=True, slots=True)
class Column:
    """One column: `key` of the row's value, heading, kind of cell, whether it sorts.

    Attributes:
        narrow: also shown on a phone; other columns are hidden there.
        hint: what the numbers mean, shown when the pointer is over the heading.
    """

    key: str
    label: str
    kind: Kind = "text"
    sortable: bool = False
    narrow: bool = True
    hint: str = ""

    @property
    def right(self) -> bool:
        """Whether the cell is right-aligned (numbers)."""
        return self.kind in ("number", "count", "score", "change")


TEMPLATES: Mapping[Kind, str] = {
    "text": "{{ props.row['KEY'] }}",
    "quiet": (
        "<span class=\"pl-cell-text\" :title=\"props.row['KEY']\">{{ props.row['KEY'] }}</span>"
    ),
    "prose": "<p class=\"pl-cell-prose\">{{ props.row['KEY'] }}</p>",
    "number": (
        "<span class=\"pl-num\" :title=\"props.row['KEY_hint']\">{{ props.row['KEY'] }}</span>"
    ),
    "count": (
        '<a v-if="props.row[\'KEY_href\']" class="pl-link pl-num" '
        ":href=\"props.row['KEY_href']\">{{ props.row['KEY'] }}</a>"
        "<span v-else class=\"pl-num\">{{ props.row['KEY'] }}</span>"
    ),
    "person": (
        '<a class="pl-cell-person pl-cover" :href="props.row.href">'
        '<span class="pl-avatar" aria-hidden="true">{{ props.row.initial }}</span>'
        "<span><b>{{ props.row['KEY'] }}</b>"
        "<small v-if=\"props.row.under\" :class=\"props.row.brief ? 'pl-narrow-hide' : ''\">"
        "{{ props.row.under }}</small>"
        '<small v-if="props.row.brief" class="pl-wide-hide">{{ props.row.brief }}</small>'
        "</span></a>"
    ),
    "score": (
        '<span class="pl-score"><span class="pl-score__value">{{ props.row[\'KEY\'] }}</span>'
        "<span :class=\"'pl-score__change pl-score__change--' + props.row['KEY_direction']\">"
        "{{ props.row['KEY_change'] }}</span></span>"
    ),
    "change": (
        "<span :class=\"'pl-num pl-score__change--' + props.row['KEY_direction']\">"
        "{{ props.row['KEY'] }}</span>"
    ),
    "band": (
        "<span v-if=\"props.row['KEY']\" "
        ":class=\"'pl-badge pl-badge--' + (props.row['KEY_tone'] ?? props.row['KEY'])\">"
        "{{ props.row['KEY'] }}</span>"
    ),
    "state": (
        "<span v-if=\"props.row['KEY']\" :class=\"'pl-badge pl-badge--' + props.row['KEY_tone']\">"
        "{{ props.row['KEY'] }}</span>"
    ),
    "badge": (
        "<span v-if=\"props.row['KEY']\" :class=\"'pl-badge pl-badge--' + props.row['KEY_tone']\">"
        "{{ props.row['KEY'] }}</span>"
    ),
    "link": "<a class=\"pl-link\" :href=\"props.row['KEY_href']\">{{ props.row['KEY'] }}</a>",
    "actions": (
        '<span class="pl-row pl-row--tight pl-cell-acts">'
        '<button v-for="one in props.row[\'KEY\']" :key="one.key" type="button" '
        'class="pl-btn pl-btn--small" :aria-label="one.label" '
        "@click=\"() => $parent.$emit('act', {row: props.row.id, key: one.key})\">"
        "{{ one.words }}</button></span>"
    ),
    "event": (
        "<div :class=\"'pl-event pl-event--' + props.row['KEY_tone']\">"
        '<q-icon :name="props.row[\'KEY_icon\']" aria-hidden="true"></q-icon>'
        '<div><span><a class="pl-strong-text" :href="props.row.href">{{ props.row.name }}</a>'
        " {{ props.row['KEY'] }}</span><p v-if=\"props.row.said\">{{ props.row.said }}</p></div>"
        "<time>{{ props.row.moment }}</time></div>"
    ),
}


def person(
    name: str, href: str, under: str = "", key: str = "name", brief: str = ""
) -> dict[str, Any]:
    """Return the values of a `person` cell: a name linked to its page, and a line below.

    brief: replaces the line on a phone, where other columns are hidden.
    """
    return {key: name, "href": href, "under": under, "initial": initial(name), "brief": brief}


def score(
    strength: float | None, change: float | None, days: int, key: str = "score"
) -> dict[str, Any]:
    """Return the values of a `score` cell: strength and its change in points over some days.

    The period is part of the text, because reasons beside it name falls of other periods.
    """
    return {
        key: "–" if strength is None else f"{strength:.0f}",
        f"{key}_change": signed_in(change, days),
        f"{key}_direction": direction_of(change),
    }


def change(points: float | None, key: str) -> dict[str, Any]:
    """Return the values of a `change` cell: points gained or lost."""
    return {key: signed(points), f"{key}_direction": direction_of(points)}


def state(context_type: str | None, until: str = "", key: str = "state") -> dict[str, Any]:
    """Return the values of a `state` cell: the declared state, and until when it is valid."""
    words, tone = state_words(context_type)
    return {key: f"{words} · {until}" if words and until else words, f"{key}_tone": tone}


def count(counted: int, href: str, key: str) -> dict[str, Any]:
    """Return the values of a `count` cell: a number that opens the list of what it counts."""
    return {key: number(counted), f"{key}_href": href if counted else ""}


def actions(buttons: Mapping[str, tuple[str, str]], key: str = "acts") -> dict[str, Any]:
    """Return the values of an `actions` cell; see `Table.on_act`.

    buttons: by key the words, and the label for screen readers, which begins with the words.
    """
    made = [{"key": one, "words": words, "label": label} for one, (words, label) in buttons.items()]
    return {key: made}


def amount(
    value: float | None, currency: str, key: str = "value", *, hint: str = "", short: bool = True
) -> dict[str, Any]:
    """Return the value of a `number` cell that is money.

    hint: shown when the pointer is over the cell. short: £41.2k instead of £41,230.
    """
    said = "" if value is None else money(value, currency, short=short)
    return {key: said, f"{key}_hint": hint} if hint else {key: said}


def event(words: str, icon: str, tone: str = "", key: str = "event") -> dict[str, Any]:
    """Return the values of an `event` cell.

    name, href: whom it is about. said: the customer's words, or "". moment: the time as text.
    """
    return {key: words, f"{key}_icon": icon, f"{key}_tone": tone}


def header(column: Column) -> str:
    """Return a column's heading: a button where it sorts, with aria-sort for screen readers."""
    classes, label = _classes(column), gettext(column.label)
    hint = f' title="{escape(gettext(column.hint))}"' if column.hint else ""
    if not column.sortable:
        return f'<th scope="col" class="{classes}"{hint}>{label}</th>'
    find = f"props.cols.find(c => c.name === '{column.key}')"
    return (
        f'<th scope="col" class="{classes}"{hint} :aria-sort="{find}.sorted || \'none\'">'
        f'<button type="button" class="pl-sort" @click="props.sort({find})">{label}'
        f'<span aria-hidden="true">{{{{ {{ascending: "↑", descending: "↓"}}[{find}.sorted] }}}}'
        "</span></button></th>"
    )


def naming(label: str) -> str:
    """Return an attribute for the header row that gives the table its accessible name.

    Quasar passes no attributes to its `<table>` and has no slot for a caption.
    """
    if not label:
        return ""
    name = escape(json.dumps(gettext(label)))
    act = f"e => e.el.closest('table').setAttribute('aria-label', {name})"
    return f' @vue:mounted="{act}"'


def cell(column: Column) -> str:
    """Return the template of a column's cells."""
    inner = TEMPLATES[column.kind].replace("KEY", column.key)
    return f'<td class="{_classes(column)}">{inner}</td>'


def sorted_mark(columns: list[Column], key: str, descending: bool) -> list[dict[str, Any]]:
    """Return the columns in Quasar's format, with the sorted one marked."""
    mark = "descending" if descending else "ascending"
    return [
        {
            "name": column.key,
            "label": gettext(column.label),
            "field": "id" if column.kind == "actions" else column.key,  # no list, as in `acts`
            "sortable": column.sortable,
            "align": "right" if column.right else "left",
            "sorted": mark if column.key == key else "",
        }
        for column in columns
    ]


def renamed(column: Column, label: str) -> Column:
    """Return the same column with another heading."""
    return replace(column, label=label)


def _classes(column: Column) -> str:
    parts = [
        "text-right" if column.right else "",
        "" if column.narrow else "pl-narrow-hide",
        f"pl-col-{column.kind}",
    ]
    return " ".join(part for part in parts if part)
