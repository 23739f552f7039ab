"""Rows validated in parallel keep their order; words for "nothing" are no errors."""

import polars as pl

from pulse.tabular.mapping import ColumnMapping, Mapping
from pulse.tabular.readers import BATCH_ROWS, open_source
from pulse.tabular.validation import read, read_column, read_parallel

ROWS = 4 * BATCH_ROWS + 7


def test_batches_validated_in_parallel_keep_their_order(tmp_path) -> None:
    path = tmp_path / "list.csv"
    path.write_text("id,age\n" + "".join(f"c{n},{n if n % 9 else 'old'}\n" for n in range(ROWS)))
    mapping = Mapping((ColumnMapping("id", "id"), ColumnMapping("age", "metric", "number")))
    source = open_source(path)
    one_by_one, quickly = list(read(source, mapping)), list(read_parallel(source, mapping))
    assert len(quickly) == 5
    for plain, quick in zip(one_by_one, quickly, strict=True):
        assert plain.valid.lines.tolist() == quick.valid.lines.tolist()
        assert plain.valid.row_hash.tolist() == quick.valid.row_hash.tolist()
        assert plain.valid.columns["age"].equals(quick.valid.columns["age"])
        assert plain.rejected == quick.rejected


def test_a_word_for_nothing_is_no_error_in_a_number_column() -> None:
    text = pl.Series("age", ["5", "NONE", "-Inf", "old", None])
    values, wrong = read_column(text, ColumnMapping("age", "metric", "number"))
    assert values.to_list() == [5.0, None, None, None, None]
    assert wrong.to_list() == [False, False, False, True, False]
