"""Archives, sheets, headers and encodings: detected, or as set by the user."""

import json
import zipfile
from pathlib import Path

import pytest

from pulse.errors import Invalid
from pulse.imports.import_settings import ImportSettings
from pulse.imports.preview import look_through
from pulse.tabular.mapping import ReadOptions
from pulse.tabular.readers import open_source
from tests.imports.reading import read_case
from tests.tabular.workbooks import workbook

CSV = "customer id,name,orders\n1,Ann,3\n2,Bo,4\n3,Cy,5\n"
HEADER = ["customer id", "name", "orders"]


def zipped(path: Path, **files: str) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in files.items():
            archive.writestr(name.replace("_csv", ".csv").replace("_txt", ".txt"), text)
    return path


def test_the_list_in_a_zip_is_read_and_its_read_me_ignored(tmp_path: Path) -> None:
    path = zipped(tmp_path / "a.zip", list_csv=CSV, README_txt="Thank you for using us.\n")
    assert read_case(path, tmp_path).rows["2"]["name"] == "Bo"


def test_of_a_zip_of_two_lists_one_is_chosen(tmp_path: Path) -> None:
    path = zipped(tmp_path / "a.zip", a_csv=CSV, b_csv=CSV.replace("Bo", "Bea"))
    first = read_case(path, tmp_path)
    assert first.rows["2"]["name"] == "Bo"
    assert "sheets" in first.cautions
    assert read_case(path, tmp_path, ImportSettings(sheet="b.csv")).rows["2"]["name"] == "Bea"


def test_a_zip_without_a_list_says_so(tmp_path: Path) -> None:
    path = zipped(tmp_path / "a.zip", README_txt="hello\n")
    with pytest.raises(Invalid, match="holds no table"):
        read_case(path, tmp_path)


@pytest.mark.parametrize("lines", [False, True])
def test_json_records_with_inner_records(tmp_path: Path, lines: bool) -> None:
    records = [
        {"id": "u1", "name": "Ann", "company": {"plan": "pro"}, "tags": ["a", "b"], "paid": True},
        {"id": "u2", "name": "Bo", "company": {"plan": None}, "tags": [], "paid": False},
    ]
    text = "\n".join(map(json.dumps, records)) if lines else json.dumps(records)
    path = tmp_path / "a.json"
    path.write_text(text)
    rows = read_case(path, tmp_path).rows
    assert rows["u1"]["company_plan"] == "pro"
    assert rows["u1"]["tags"] == ["a", "b"]
    assert (rows["u1"]["paid"], rows["u2"]["paid"]) == (True, False)


def test_broken_json_says_in_which_line(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text('{"id": "u1", "name": "Ann"}\n{"id": "u2", "name": \n')
    with pytest.raises(Invalid, match="Line 2 is not a JSON record"):
        read_case(path, tmp_path)


def test_json_within_json_without_end_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_text("[" + '{"a":' * 5_000 + "1" + "}" * 5_000 + "]")
    with pytest.raises(Invalid, match="nested too deeply"):
        read_case(path, tmp_path)


def test_the_sheet_is_chosen_by_name_and_an_unknown_one_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    path.write_bytes(workbook([HEADER, [1, "Ann", 3], [2, "Bo", 4]], [HEADER, [9, "Zoe", 1]]))
    assert set(read_case(path, tmp_path).rows) == {"1", "2"}
    assert set(read_case(path, tmp_path, ImportSettings(sheet="S2")).rows) == {"9"}
    with pytest.raises(Invalid, match="There is no sheet “S9”"):
        read_case(path, tmp_path, ImportSettings(sheet="S9"))


def test_a_leading_read_me_sheet_is_skipped(tmp_path: Path) -> None:
    note = [["This file lists all customers of the shop."], ["Please do not change the header."]]
    path = tmp_path / "a.xlsx"
    path.write_bytes(workbook(note, [HEADER, [1, "Ann", 3], [2, "Bo", 4]]))
    assert set(read_case(path, tmp_path).rows) == {"1", "2"}


def test_the_header_row_can_be_set(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("Shop,Berlin,2024\ncustomer id,name,orders\n1,Ann,3\n2,Bo,4\n")
    assert set(read_case(path, tmp_path, ImportSettings(header_row=2)).rows) == {"1", "2"}
    path.write_text("1,Ann,3\n2,Bo,4\n")
    found = look_through(open_source(path, ReadOptions(header_row=0)))
    assert [column.column for column in found.mapping.columns] == [
        "column 1", "column 2", "column 3",
    ]  # fmt: skip
    assert found.rows == 2


def test_encoding_and_separator_can_be_set(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes("顧客番号~氏名\n1~山田太郎\n2~佐藤花子\n".encode("euc_jp"))
    found = read_case(path, tmp_path, ImportSettings(encoding="euc_jp", separator="~"))
    assert found.rows["1"]["name"] == "山田太郎"


def test_an_unreadable_attribute_is_left_empty_unless_set_to_reject(
    tmp_path: Path,
) -> None:
    rows = "".join(f"{n},N{n},{n}\n" for n in range(1, 30))
    path = tmp_path / "a.csv"
    path.write_text(f"customer id,name,shoe size\n{rows}30,Zoe,big\n")
    found = read_case(path, tmp_path)
    assert (len(found.rows), found.unread) == (30, {"shoe size": 1})
    assert "shoe_size" not in found.rows["30"]
