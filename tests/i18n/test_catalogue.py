"""One catalogue contains the texts of every language, and `make check` finds its errors."""

import shutil
from pathlib import Path

import pytest

from pulse.i18n.catalogue import languages, translations
from pulse.i18n.sources import texts
from tools.texts import ROOT, TEMPLATE, breaches, update


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the tree with everything that contains texts."""
    root = tmp_path_factory.mktemp("texts")
    shutil.copy(ROOT / "babel.cfg", root)
    for folder in ("pulse/i18n/sources", "pulse/locales", "widget_bundle/src/locales"):
        shutil.copytree(ROOT / folder, root / folder)
    update(root, [])
    return root


def _edit(path: Path, old: str, new: str) -> str:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    return text


@pytest.mark.parametrize(
    ("file", "old", "new", "said"),
    [
        ("pulse/i18n/sources/identity.json", '"not known"', '"unknown"', "run make texts"),
        (
            "pulse/locales/de/LC_MESSAGES/pulse.po",
            'msgstr "{label}: von {start} auf {goal}"',
            'msgstr "{label}: von {start}"',
            "other {places} than in English: identity.step",
        ),
        (
            "pulse/locales/fr/LC_MESSAGES/pulse.po",
            'msgctxt "identity.unknown"',
            '#, fuzzy\nmsgctxt "identity.unknown"',
            "fuzzy: identity.unknown",
        ),
        (
            "pulse/locales/es/LC_MESSAGES/pulse.po",
            'msgstr "Cerrar"',
            'msgstr ""',
            "not translated: widget.close",
        ),
        (
            "widget_bundle/src/locales/de.json",
            '"Schließen"',
            '"Zu"',
            "is written from pulse/locales/de/LC_MESSAGES/pulse.po",
        ),
    ],
)
def test_checks_find(copy: Path, file: str, old: str, new: str, said: str) -> None:
    assert list(breaches(copy)) == []
    before = _edit(copy / file, old, new)
    try:
        assert any(said in line for line in breaches(copy)), list(breaches(copy))
    finally:
        (copy / file).write_text(before, encoding="utf-8")


def test_a_new_language_begins_with_all_texts_and_keeps_what_was_translated(copy: Path) -> None:
    update(copy, ["it"])
    file = copy / "pulse/locales/it/LC_MESSAGES/pulse.po"
    _edit(file, 'msgid "not known"\nmsgstr ""', 'msgid "not known"\nmsgstr "non noto"')
    update(copy, [])
    assert 'msgid "not known"\nmsgstr "non noto"' in file.read_text(encoding="utf-8")
    assert file.read_text().count("msgid ") == (copy / TEMPLATE).read_text().count("msgid ")
    shutil.rmtree(file.parent.parent)


def test_arabic_has_six_forms_and_a_missing_text_falls_back() -> None:
    days = texts("identity", "ar")["unit.days"]
    assert days["two"] == "يومان"
    assert len(days) == 6
    assert set(languages()) == {"en", "ar", "bn", "de", "es", "fr", "pt", "pt-PT"}
    label = ("demo.labels.orders", "You have ordered a lot")
    portuguese = translations("pt").pgettext(*label)
    assert translations("pt-PT").pgettext(*label) == portuguese == "Você já fez muitos pedidos"
    assert translations("nl").pgettext(*label) == "You have ordered a lot"
