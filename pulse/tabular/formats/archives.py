"""Tables in other containers: ZIP, NDJSON and JSON, and web pages named .xls."""

import csv
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec

from pulse.errors import Invalid

MOST_BYTES = 4 << 30
_BLOCK = 4 << 20
_EXTENDED = ("$oid", "$date", "$numberInt", "$numberLong", "$numberDouble", "$numberDecimal",
             "$uuid", "$symbol")  # fmt: skip
_TABLES = (".csv", ".tsv", ".txt", ".tab", ".json", ".jsonl", ".ndjson", ".parquet", ".xlsx",
           ".xls", ".ods")  # fmt: skip
_DEEPEST = 4
_WRAPPERS = ("properties", "attributes", "fields")
_SAMPLED_RECORDS = 50_000  # records whose keys form the header


def members(path: Path) -> list[str]:
    """The names of the tables in a ZIP file, without folders, hidden files and read-me texts."""
    with zipfile.ZipFile(path) as archive:
        names = [
            entry.filename for entry in archive.infolist()
            if not entry.is_dir() and _is_table(entry.filename) and entry.file_size
        ]  # fmt: skip
    return sorted(names)


def _is_table(name: str) -> bool:
    base = name.rsplit("/", 1)[-1].lower()
    hidden = base.startswith(".") or name.startswith("__MACOSX") or "readme" in base
    return base.endswith(_TABLES) and not hidden


def unzip(path: Path, name: str) -> Path:
    """Unpack one member of a ZIP file into a file beside it.

    Raises Invalid when it is damaged, protected by a password or too large.
    """
    target = path.with_name(path.name + ".member")
    written = 0
    try:
        with (
            zipfile.ZipFile(path) as archive,
            archive.open(name) as packed,
            target.open("wb") as plain,
        ):
            while block := packed.read(_BLOCK):
                written += len(block)
                if written > MOST_BYTES:
                    raise Invalid("The unpacked file is larger than 4 GB.", code="FILE_TOO_LARGE")
                plain.write(block)
    except KeyError as missing:
        raise Invalid(f"The archive holds no file “{name}”.", code="SHEET_MISSING") from missing
    except RuntimeError as locked:
        raise Invalid(
            "This archive is protected by a password: unpack it first.", code="FILE_DAMAGED"
        ) from locked
    except (zipfile.BadZipFile, EOFError, OSError, NotImplementedError) as broken:
        raise Invalid("This archive is damaged or cut short.", code="FILE_DAMAGED") from broken
    return target


def looks_like_json(head: str) -> bool:
    """Whether a text begins with a JSON object or a list of objects."""
    text = head.lstrip("\ufeff \t\r\n")
    if text.startswith("{"):
        return text[1:].lstrip().startswith(('"', "}"))
    return text.startswith("[") and text[1:].lstrip().startswith("{")


def json_to_csv(path: Path) -> Path:
    """Convert NDJSON or a JSON list to a CSV file beside it; nested keys are joined by dots."""
    try:
        return _converted(path)
    except RecursionError as deep:
        raise Invalid(
            "This JSON is nested too deeply for a list of customers: send a list of objects.",
            code="FILE_NOT_A_TABLE",
        ) from deep


def _converted(path: Path) -> Path:
    columns: dict[str, None] = {}
    for number, record in enumerate(_records(path)):
        columns.update(dict.fromkeys(record))
        if number >= _SAMPLED_RECORDS:
            break
    target = path.with_name(path.name + ".csv")
    with target.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(columns), extrasaction="ignore", lineterminator="\n")
        writer.writeheader()
        writer.writerows(_records(path))
    return target


def _records(path: Path) -> Iterator[dict[str, str]]:
    if _is_one_document(path):
        yield from map(_flat, _document_records(path.read_text(encoding="utf-8-sig")))
        return
    with path.open(encoding="utf-8-sig") as file:
        for number, line in enumerate(file, start=1):
            if line.strip():
                yield _flat(_record(line, number))


def _is_one_document(path: Path) -> bool:
    """Whether the text is one JSON document rather than one record a line."""
    with path.open(encoding="utf-8-sig") as file:
        lines = (line.strip() for line in file)
        filled = [line for line, _ in zip(filter(None, lines), range(2), strict=False)]
    first = filled[0].lstrip("\ufeff") if filled else ""
    if first.startswith("[") or len(filled) < 2:
        return True
    try:
        msgspec.json.decode(first)
    except msgspec.DecodeError:
        return True
    return False


def _document_records(text: str) -> list[Any]:
    """The records of a document: a list, or the longest list of records in an API response."""
    try:
        found = msgspec.json.decode(text)
    except msgspec.DecodeError as wrong:
        raise Invalid(f"This JSON cannot be read: {wrong}.", code="FILE_DAMAGED") from wrong
    if isinstance(found, list):
        return found
    return [_without_wrapper(record) for record in _longest_list(found, _DEEPEST)] or [found]


def _longest_list(value: Any, levels: int) -> list[Any]:
    """The longest list of records within `levels` levels of an object."""
    if isinstance(value, list):
        return value if value and all(isinstance(one, dict) for one in value) else []
    if not isinstance(value, dict) or not levels:
        return []
    return max((_longest_list(one, levels - 1) for one in value.values()), key=len, default=[])


def _without_wrapper(record: dict[str, Any]) -> dict[str, Any]:
    """A record without its wrapper: `{"customer": {…}}`, `{"id": 1, "properties": {…}}`."""
    values = list(record.values())
    if len(values) == 1 and isinstance(values[0], dict):
        return _without_wrapper(values[0])
    opened = dict(record)
    for wrapper in _WRAPPERS:
        inner = opened.get(wrapper)
        if isinstance(inner, dict) and not (inner.keys() & opened.keys()):
            opened.pop(wrapper)
            opened.update(inner)
    return opened


def _record(line: str, number: int) -> Any:
    try:
        return msgspec.json.decode(line)
    except msgspec.DecodeError as wrong:
        raise Invalid(
            f"Line {number:,} is not a JSON record: {wrong}.", code="FILE_DAMAGED", line=number
        ) from wrong


def _flat(record: Any, before: str = "") -> dict[str, str]:
    if not isinstance(record, dict):
        raise Invalid(
            "This JSON is not a list of records: send a list of objects.", code="FILE_NOT_A_TABLE"
        )
    cells: dict[str, str] = {}
    for key, wrapped in record.items():
        name, value = f"{before}{key}", _unwrapped(wrapped)
        if isinstance(value, dict):
            cells.update(_flat(value, f"{name}."))
        else:
            cells[name] = _text(value)
    return cells


def _unwrapped(value: Any) -> Any:
    """The value inside MongoDB's Extended JSON: `{"$oid": "64b…"}`, `{"$numberInt": "42"}`."""
    while isinstance(value, dict) and len(value) == 1 and next(iter(value)) in _EXTENDED:
        value = value[next(iter(value))]
    return value


def _text(value: Any) -> str:
    value = _unwrapped(value)
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return ", ".join(_text(one) for one in value)
    if isinstance(value, dict):
        return msgspec.json.encode(value).decode()
    return repr(value) if isinstance(value, float) and not value.is_integer() else str(value)


def refuse_markup(head: str) -> None:
    """Raise Invalid for an HTML page or XML document that is named like a spreadsheet."""
    text = head.lstrip("\ufeff \t\r\n").lower()
    if text.startswith(("<!doctype html", "<html", "<table", "<head", "<body", "<meta")):
        raise Invalid(
            "This is a web page (HTML) with the ending of a spreadsheet, as some programs export "
            "it. Open it in a spreadsheet program and save it as XLSX or CSV.",
            code="FILE_NOT_A_TABLE",
        )
    if text.startswith(("<?xml", "<workbook")):
        raise Invalid(
            "This is an XML document, not a table. Open it in a spreadsheet program and save it "
            "as XLSX or CSV.",
            code="FILE_NOT_A_TABLE",
        )
