"""Labelled lists in real-world formats become metrics and outcomes, or are refused."""

import numpy as np
import pytest

from pulse.errors import Invalid
from pulse.learning.churn.dataset import read_labelled

HEAD = "Customer ID,Total  Spend ,Plan,Paperless,Joined,Left\n"
ROWS = [
    "17850.0, 12.5 ,Gold,Yes,2024-01-31, No ",
    "17851.0, ,None,No,2024-03-01,Yes",
    "17852.0,1e3,Gold,Yes,,no",
    '17853.0,"1,234.5",Basic,No,2024-02-01,YES',
    "17854.0,7,Basic,,2024-02-01,",
]


def list_of(tmp_path, rows=ROWS, head=HEAD, encoding="utf-8", repeat=12):
    """Return the rows, each customer repeated under new ids."""
    lines = [row.replace("178", f"{again:02}8", 1) for again in range(repeat) for row in rows]
    path = tmp_path / "list.csv"
    path.write_bytes((head + "\n".join(lines) + "\n").encode(encoding))
    return path


def test_a_list_with_blanks_spaces_and_odd_headers_is_read(tmp_path):
    found = read_labelled(list_of(tmp_path), "left", "yes", "customer id")
    assert len(found.stayed) == 48
    assert found.stayed[:4].tolist() == [True, False, True, False]
    assert found.warnings == ("12 rows have no “Left” and are left out.",)
    spend = found.measured["Total Spend"]
    assert spend[[0, 2, 3]].tolist() == [12.5, 1000, 1234.5]
    assert np.isnan(spend[1])
    assert found.measured["Plan"][:2].tolist() == ["Gold", "None"]
    assert found.measured["Paperless"][:2].tolist() == [1.0, 0.0]
    assert found.measured["Joined"][0] == pytest.approx(2024.08, abs=0.01)  # a year
    assert "Customer ID" not in found.measured


def test_other_separators_encodings_and_line_ends_make_no_difference(tmp_path):
    plain = read_labelled(list_of(tmp_path), "Left", "Yes", "Customer ID")
    rows = [row.replace('"1,234.5"', "1234.5").replace(",", ";") for row in ROWS]
    head = HEAD.replace(",", ";").replace("\n", "\r\n")
    odd = read_labelled(list_of(tmp_path, rows, head, "utf-16"), "Left", "Yes", "Customer ID")
    assert list(odd.measured) == list(plain.measured)
    np.testing.assert_array_equal(odd.measured["Total Spend"], plain.measured["Total Spend"])
    assert (odd.stayed == plain.stayed).all()


def test_a_label_of_ones_and_zeros_may_be_written_as_numbers(tmp_path):
    rows = ["1,5,1.0", "2,6,0.0", "3,7,1.0"]
    path = list_of(tmp_path, rows, "id,x,gone\n", repeat=1)
    assert read_labelled(path, "gone", "1", "id").stayed.tolist() == [False, True, False]


def test_predictive_blanks_become_a_separate_metric(tmp_path):
    rows = [
        f"{i},{i % 7 if i % 3 else ''},{i % 5 if i % 2 else ''},{'No' if i % 3 else 'Yes'}"
        for i in range(120)
    ]
    path = list_of(tmp_path, rows, "id,told,chance,gone\n", repeat=1)
    found = read_labelled(path, "gone", "Yes", "id")
    assert found.measured["told known"].tolist()[:3] == [0, 1, 1]
    assert [one.key for one in found.catalogue] == ["told", "told known", "chance"]


def test_repeated_ids_count_once(tmp_path):
    rows = ["7,1,Yes", "7,1,Yes", "8,2,No"]
    path = list_of(tmp_path, rows, "id,x,gone\n", repeat=1)
    found = read_labelled(path, "gone", "Yes", "id")
    assert len(found.stayed) == 2
    assert found.warnings == ("1 rows repeat an earlier “id” and are left out.",)


@pytest.mark.parametrize(("copies", "kept", "words"), [(1, 101, "too good"), (9, 100, "left out")])
def test_exact_copies_are_reported_and_many_are_excluded(tmp_path, copies, kept, words):
    rows = [f"{i}.25,{'Yes' if i % 3 else 'No'}" for i in (*range(100), *range(copies))]
    found = read_labelled(list_of(tmp_path, rows, "x,gone\n", repeat=1), "gone", "Yes")
    assert len(found.stayed) == kept
    assert "exact copies" in found.warnings[0]
    assert words in found.warnings[0]


def test_texts_unique_to_single_customers_are_excluded(tmp_path):
    rows = [f"{i % 4},Mrs Example {i},{'Yes' if i % 3 else 'No'}" for i in range(60)]
    found = read_labelled(list_of(tmp_path, rows, "x,who,gone\n", repeat=1), "gone", "Yes")
    assert list(found.measured) == ["x"]
    assert "names or describes" in found.warnings[0]


@pytest.mark.parametrize(
    ("label", "churned", "words"),
    [
        ("Churn", "Yes", "There is no column “Churn”. There are: Customer ID"),
        ("Left", "gone", "No row has “gone” in “Left”. There are: “no”, “yes”."),
    ],
)
def test_a_wrong_label_is_refused_with_the_existing_columns(tmp_path, label, churned, words):
    with pytest.raises(Invalid) as refused:
        read_labelled(list_of(tmp_path), label, churned)
    assert words in refused.value.message


def test_the_file_and_its_folder_are_not_changed(tmp_path):
    path = list_of(tmp_path, encoding="utf-16")
    before = path.read_bytes()
    read_labelled(path, "Left", "Yes")
    assert path.read_bytes() == before
    assert [entry.name for entry in tmp_path.iterdir()] == ["list.csv"]


def test_a_header_without_rows_is_refused(tmp_path):
    with pytest.raises(Invalid):
        read_labelled(list_of(tmp_path, rows=[], repeat=0), "Left", "Yes")
