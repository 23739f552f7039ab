"""Both readers return the same rows; sample and survey describe the file correctly."""

import csv
import io
from pathlib import Path
from tempfile import TemporaryDirectory

import msgspec
import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pulse.errors import Invalid
from pulse.tabular.first_pass import survey
from pulse.tabular.mapping import ColumnMapping, Mapping
from pulse.tabular.profiling import sample
from pulse.tabular.readers import Batch, Source, open_source

CELL = st.text(
    st.characters(blacklist_categories=("Cs", "Cc"), blacklist_characters="\ufeff") | st.just("\n"),
    max_size=8,
)
TABLE = st.integers(2, 5).flatmap(
    lambda width: st.lists(st.lists(CELL, min_size=width, max_size=width), min_size=1, max_size=12)
)


def write_table(folder: str, rows: list[list[str]], end: str = "\n") -> Path:
    path = Path(folder) / "t.csv"
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator=end)
    writer.writerow([f"column {n}" for n in range(len(rows[0]))])
    writer.writerows(rows)
    path.write_bytes(text.getvalue().encode())
    return path


def everything(source: Source, size: int) -> tuple[list[tuple[str, ...]], list[int]]:
    batches: list[Batch] = list(source.batches(size))
    rows = [row for batch in batches for row in batch.frame.rows()]
    return rows, [int(line) for batch in batches for line in batch.lines]


@settings(max_examples=150, deadline=None)
@given(TABLE, st.sampled_from(["\n", "\r\n"]), st.integers(1, 5))
def test_the_fast_and_the_robust_reader_agree(rows: list[list[str]], end: str, size: int) -> None:
    with TemporaryDirectory() as folder:
        source = open_source(write_table(folder, rows, end))
        careful = msgspec.structs.replace(source, tidy=False)
        written = [tuple(row) for row in rows if any(row)]
        fast_rows, fast_lines = everything(source, size)
        careful_rows, careful_lines = everything(careful, size)
        assert fast_rows == careful_rows == written
        assert fast_lines == careful_lines


def test_line_numbers_count_quoted_line_ends_and_blank_lines(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text('title,,\nid,a,b\n1,"x\ny",2\n\n2,c,d\n')
    _, lines = everything(open_source(path), 100)
    assert lines == [3, 6]


def test_a_long_row_switches_to_the_robust_reader(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    rows = [f"{n},a" for n in range(1000)]
    rows[700] = "700,a,too,long"
    path.write_text("id,x\n" + "\n".join(rows) + "\n")
    batches = list(open_source(path).batches(100))
    assert sum(len(batch.frame) for batch in batches) == 999
    assert [(row.line, row.reason) for batch in batches for row in batch.ragged] == [
        (702, "4 cells, but the header has 2")
    ]


def test_a_sample_is_spread_over_the_whole_file(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text("id\n" + "\n".join(map(str, range(50_000))) + "\n")
    seen = sample(open_source(path), most=1_000)
    numbers = seen.frame["id"].cast(pl.Int64).to_numpy()
    assert seen.rows == 50_000
    assert 1_000 <= len(numbers) <= 2_000
    assert set(np.diff(numbers)) == {np.int64(numbers[1])}
    assert numbers[-1] > 49_000


def test_the_survey_reports_duplicates_with_their_lines(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text("id,x\n1,a\n2,b\n1,a\n1,c\n2,b\n")
    found = survey(open_source(path), Mapping((ColumnMapping("id", "id"), ColumnMapping("x"))))
    assert (found.rows, found.doubles, found.rejected_rows) == (5, 2, 1)
    assert found.left_out.tolist() == [4, 5, 6]
    assert found.rejected[0].line == 5
    assert "stands on line 2 already" in found.rejected[0].reason


def test_an_unclosed_quote_in_a_long_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    rows = [f"{n},a" for n in range(5000)]
    rows[10] = '10,"a'
    path.write_text("id,x\n" + "\n".join(rows) + "\n")
    with pytest.raises(Invalid) as caught:
        list(open_source(path).batches())
    assert caught.value.code == "QUOTE_NOT_CLOSED"
    assert caught.value.details["line"] == 12
