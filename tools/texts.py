"""`make texts`: extract all texts, and update every language's catalogue and the widget's files.

Writes pulse/locales/pulse.pot, the pulse.po of each language (translations stay, new texts are
empty, removed ones move to the end as comments: stored sentences still use them) and
widget_bundle/src/locales/*.json. With language codes (`python -m tools.texts it`) it creates their
catalogues. `python -m checks` reports outdated catalogues with `breaches`.
"""

import json
import string
import sys
from collections.abc import Iterator
from datetime import datetime
from io import BytesIO
from pathlib import Path
from typing import Any

from babel import Locale
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.pofile import read_po, write_po

from pulse.i18n.catalogue import DOMAIN
from pulse.i18n.sources import translated

ROOT = Path(__file__).resolve().parent.parent
TEMPLATE = Path("pulse/locales", f"{DOMAIN}.pot")
WIDGET = Path("widget_bundle/src/locales")
COMPLETE = ("identity.", "facts.", "openers.", "widget.")
"""Contexts of customers' texts, which every language must translate completely."""

OWN_NAME = "name of this language"
"""Context of the text whose translation adds a language to the dashboard."""

PLURALS = {
    "ar": "6; plural=(n==0 ? 0 : n==1 ? 1 : n==2 ? 2 : "
    "n%100>=3 && n%100<=10 ? 3 : n%100>=11 ? 4 : 5)",
    "bn": "2; plural=(n > 1)",
    "pt": "2; plural=(n > 1)",
}
"""Languages whose plural forms in Babel differ from CLDR: in their order, or 0 counts as one."""


def extracted(root: Path = ROOT) -> Catalog:
    """The template: every text in the present sources."""
    catalog = _catalogue()
    with (root / "babel.cfg").open(encoding="utf-8") as file:
        methods, options = parse_mapping_cfg(file)
    found = extract_from_dir(
        root, methods, options, comment_tags=["Translators:"], directory_filter=_has_texts
    )
    for path, _line, text, comments, context in found:
        catalog.add(text, None, [(path, 0)], auto_comments=comments, context=context)
    return catalog


def breaches(root: Path) -> Iterator[str]:
    """What is wrong with the catalogues, one line each."""
    template = extracted(root)
    if _written(template) != (root / TEMPLATE).read_bytes():
        yield f"{TEMPLATE}: the texts have changed; run make texts"
    for path in _files(root):
        catalog = _read(root / path)
        if _keys(catalog) != _keys(_for_language(catalog, template)):
            yield f"{path}: does not hold the texts of {TEMPLATE.name}; run make texts"
        yield from (f"{path}: {problem}" for problem in _problems(catalog))
        yield from _widget_breaches(root, path)


def update(root: Path, started: list[str]) -> None:
    """Write all files; started: codes of languages to create."""
    template = extracted(root)
    (root / TEMPLATE).write_bytes(_written(template))
    for code in started:
        path = root / _po(code)
        if not path.exists():
            path.parent.mkdir(parents=True)
            path.write_bytes(_written(_catalogue(code)))
    for path in _files(root):
        catalog = _read(root / path)
        wanted = _for_language(catalog, template)
        catalog.update(wanted, no_fuzzy_matching=True, update_header_comment=False)
        (root / path).write_bytes(_written(catalog))
        written = _widget_words(root, path)
        if written is not None:
            (root / WIDGET / f"{_code(path)}.json").write_text(written, encoding="utf-8")


def _for_language(catalog: Catalog, template: Catalog) -> Catalog:
    """The texts of a language; including the dashboard's once it has translated its own name."""
    own_name = catalog.get("English", OWN_NAME)
    if own_name is not None and own_name.string:
        return template
    wanted = _catalogue()
    for message in template:
        if message.id and message.context:
            wanted[message.id] = message
    return wanted


def _problems(catalog: Catalog) -> Iterator[str]:
    for message in catalog:
        if not message.id:
            continue
        if message.fuzzy:
            yield f"fuzzy: {_name(message)}"
        if not _is_translated(message):
            if str(message.context or "").startswith(COMPLETE):
                yield f"not translated: {_name(message)}"
            continue
        yield from (f"{error}: {_name(message)}" for error in message.check(catalog))
        if not _same_places(message):
            yield f"other {{places}} than in English: {_name(message)}"


def _same_places(message: Message) -> bool:
    """Whether each form has the placeholders of the English one; a plural may leave out {n}."""
    if isinstance(message.id, str):
        return _places(message.id) == _places(str(message.string))
    wanted = _places(message.id[1])
    return all(wanted - {"n"} <= _places(form) <= wanted for form in message.string)


def _places(text: str) -> set[str]:
    try:
        return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}
    except ValueError:  # a brace that is not closed
        return {text}


def _is_translated(message: Message) -> bool:
    forms = [message.string] if isinstance(message.string, str) else message.string
    return all(forms)


def _name(message: Message) -> str:
    english = message.id if isinstance(message.id, str) else message.id[0]
    return f"{message.context}: {english}" if message.context else str(english)


def _keys(catalog: Catalog) -> set[tuple[Any, str | None]]:
    return {(message.id, message.context) for message in catalog if message.id}


def _widget_breaches(root: Path, path: Path) -> Iterator[str]:
    words, file = _widget_words(root, path), WIDGET / f"{_code(path)}.json"
    if words is not None and (root / file).read_text(encoding="utf-8") != words:
        yield f"{file}: is written from {path}; change the text there and run make texts"


def _widget_words(root: Path, path: Path) -> str | None:
    """The widget's file of a language, with its keys in the former order; None without one."""
    file = root / WIDGET / f"{_code(path)}.json"
    english = json.loads((root / WIDGET / "en.json").read_text(encoding="utf-8"))
    if not file.exists():
        return None
    words = translated("widget", english, _code(path))
    before = [key for key in json.loads(file.read_text(encoding="utf-8")) if key in words]
    ordered = {key: words[key] for key in [*before, *(k for k in words if k not in before)]}
    return json.dumps(ordered, ensure_ascii=False, indent=2) + "\n"


def _catalogue(code: str | None = None) -> Catalog:
    catalog = Catalog(
        locale=code and code.replace("-", "_"),
        domain=DOMAIN,
        header_comment=_HEADER,
        project="Pulse",
        version="1",
        copyright_holder="the authors of Pulse",
        creation_date=_EPOCH,
        revision_date=_EPOCH,
        fuzzy=False,
    )
    if code in PLURALS:
        catalog.mime_headers = [("Plural-Forms", f"nplurals={PLURALS[code]};")]
    return catalog


def _read(path: Path) -> Catalog:
    with path.open("rb") as file:
        catalog = read_po(file, locale=path.parent.parent.name, domain=DOMAIN)
    _drop_percent_formats(catalog)
    return catalog


def _drop_percent_formats(catalog: Catalog) -> None:
    """Remove python-format flags:

    Babel takes "38 % of them" for one; our placeholders are {named}.
    """
    for message in catalog:
        message.flags.discard("python-format")


def _written(catalog: Catalog) -> bytes:
    made = BytesIO()
    _drop_percent_formats(catalog)
    write_po(made, catalog, width=100, include_lineno=False, sort_output=False)
    lines = made.getvalue().split(b"\n")
    return b"\n".join(line for line in lines if not line.startswith(_VOLATILE))


def _files(root: Path) -> list[Path]:
    return sorted(p.relative_to(root) for p in root.glob(f"pulse/locales/*/*/{DOMAIN}.po"))


def _po(code: str) -> Path:
    return TEMPLATE.parent / code.replace("-", "_") / "LC_MESSAGES" / f"{DOMAIN}.po"


def _code(path: Path) -> str:
    return path.parent.parent.name.replace("_", "-")


def _has_texts(folder: str) -> bool:
    return Path(folder).name not in ("node_modules", "__pycache__", ".venv", ".git", "releases")


_HEADER = "# The texts of Pulse. `make texts` writes this file; CONTRIBUTING.md says how."
_EPOCH = datetime(2026, 1, 1)  # noqa: DTZ001 - left out of the file
_VOLATILE = (b'"POT-Creation-Date', b'"PO-Revision-Date', b'"Generated-By', b'"Last-Translator')

if __name__ == "__main__":
    for code in sys.argv[1:]:
        Locale.parse(code, sep="-")
    update(ROOT, sys.argv[1:])
