"""Unusual files with their expected results.

Each is either imported correctly (numbers of new and rejected rows) or refused with a code.
"""

import codecs
import gzip
import io
from typing import NamedTuple

import polars as pl

from tests.tabular.workbooks import workbook


class Awkward(NamedTuple):
    """A file and its result: new and rejected rows, or a refusal's code; expected warnings."""

    content: bytes
    new: int = 0
    rejected: int = 0
    refused: str = ""
    cautions: tuple[str, ...] = ()
    status: str = "done"


PLAIN = "Customer ID,Name,Orders,Plan\n1,Ann,3,Plus\n2,Bob,4,Basic\n3,Cid,,Plus\n"
GERMAN = "Kundennummer;Name;Umsatz\n1;Jürgen Groß;1.234,50\n2;Zoë;12,5\n3;Ötzi;0,99\n"
WIDE = [f"metric {n}" for n in range(199)]


def _lines(*lines: str, end: str = "\n") -> bytes:
    return (end.join(lines) + end).encode()


def _parquet() -> bytes:
    frame = pl.DataFrame(
        {"customer_id": [17850.0, 17851.0], "orders": [3, None], "since": ["2024-01-02", None]}
    ).with_columns(pl.col("since").str.to_date())
    packed = io.BytesIO()
    frame.write_parquet(packed)
    return packed.getvalue()


def _labelled(rows: int = 400) -> bytes:
    """Churn with a leak, a reversed column and synonyms."""
    lines = ["id,tenure,Monthly  spend,closed reason score,Paid by,Attrition_Flag"]
    for n in range(rows):
        left = n % 4 == 0
        words = "Attrited Customer" if left else "Existing Customer"
        paid = ("CC", "Credit Card", "Cash", "cash")[n % 4 if not left else n // 4 % 4]
        spend, reason = (60 if left else 40) + n % 50, 9 if left else 1
        lines.append(f"{n},{n % 60},{spend},{reason},{paid},{words}")
    return _lines(*lines)


FILES: dict[str, Awkward] = {
    "plain": Awkward(PLAIN.encode(), new=3),
    "byte order mark": Awkward(codecs.BOM_UTF8 + PLAIN.encode(), new=3),
    "windows line ends": Awkward(PLAIN.replace("\n", "\r\n").encode(), new=3),
    "old mac line ends": Awkward(PLAIN.replace("\n", "\r").encode(), new=3),
    "no last line end": Awkward(PLAIN.rstrip("\n").encode(), new=3),
    "semicolons, latin-1, decimal commas": Awkward(GERMAN.encode("cp1252"), new=3),
    "tabs": Awkward(PLAIN.replace(",", "\t").encode(), new=3),
    "pipes": Awkward(PLAIN.replace(",", "|").encode(), new=3),
    "excel says sep=;": Awkward(b"sep=;\r\n" + GERMAN.encode("cp1252"), new=3),
    "utf-16": Awkward(PLAIN.encode("utf-16"), new=3),
    "utf-16 without a mark": Awkward(PLAIN.encode("utf-16-le"), new=3),
    "gzip": Awkward(gzip.compress(PLAIN.encode()), new=3),
    "xlsx": Awkward(
        workbook([["Customer ID", "Name", "Orders"], [17850, "Ann", 3], [17851, "Bob", None]]),
        new=2,
    ),
    "xlsx with an empty first sheet": Awkward(
        workbook([], [["Customer ID", "Orders"], [1, 3.5], [2, 4]]), new=2
    ),
    "parquet": Awkward(_parquet(), new=2),
    "a title above the header": Awkward(
        _lines("Our customers,,", ",,", "id,name,orders", "1,Ann,3", "2,Bob,4"), new=2
    ),
    "quoted newlines and commas": Awkward(
        _lines('id,"note, long"', '1,"two\nlines"', '2,"a, b"', '3,"say ""hi"""'), new=3
    ),
    "a header with a line break": Awkward(_lines('id,"Total\nspend"', "1,5", "2,6"), new=2),
    "stray quotation marks": Awkward(_lines("id,size", '1,5" pipe', '2,6" pipe', '3,7"'), new=3),
    "a quotation mark never closed": Awkward(
        _lines("id,name,x", "1,Ann,1", '2,"Bob,2', "3,Cid,3"), new=2, rejected=1
    ),
    "blank lines": Awkward(_lines("id,name", "", "1,Ann", "", ",", "2,Bob", ""), new=2),
    "rows cut short": Awkward(_lines("id,name,plan", "1,Ann", "2", "3,Cid,Plus"), new=3),
    "a row too long": Awkward(
        _lines("id,name", "1,Ann", "2,Bob,what,is this", "3,Cid"),
        new=2,
        rejected=1,
        cautions=("unreadable",),
    ),
    "blanks as spaces and words": Awkward(
        _lines("id,total", "1, ", "2,N/A", "3,None", "4,#N/A", "5,12.5", "6,8", "7,-"), new=7
    ),
    "the word None as a value": Awkward(
        _lines("id,offer", *[f"{n},{('None', 'A', 'B')[n % 3]}" for n in range(30)]), new=30
    ),
    "ids as 17850.0": Awkward(
        _lines("CustomerID,orders", "17850.0,3", "17851.0,4"), new=2, cautions=("dotted_ids",)
    ),
    "ids that lost their digits": Awkward(
        _lines("CustomerID,orders", "1.78E+11,3", "17851,4"), new=1, rejected=1
    ),
    "doubled rows": Awkward(
        _lines("id,name", "1,Ann", "1,Ann", "2,Bob"),
        new=2,
        cautions=("duplicates", "id_not_unique"),
    ),
    "an id with two different rows": Awkward(
        _lines("id,name", "1,Ann", "1,Anna", "2,Bob"),
        new=2,
        rejected=1,
        cautions=("id_not_unique",),
    ),
    "an empty id": Awkward(_lines("id,name", "1,Ann", ",Bob"), new=1, rejected=1),
    "a word among numbers": Awkward(
        _lines("id,orders", *[f"{n},{n}" for n in range(40)], "99,many"),
        new=40,
        rejected=1,
        cautions=("unreadable",),
    ),
    "dates in two orders": Awkward(
        _lines("id,signup date", "1,13/01/2024", "2,14/02/2024", "3,01/25/2024"),
        new=2,
        rejected=1,
        cautions=("two_orders",),
    ),
    "dates that could be either": Awkward(
        _lines("id,signup date", "1,01/02/2024", "2,03/04/2024"),
        new=2,
        cautions=("ambiguous_dates",),
    ),
    "money with signs": Awkward(
        _lines("id,revenue", '1,"$1,234.50"', "2,€ 12", "3,(5.00)", "4,8 %"), new=4
    ),
    "a constant and a mostly missing column": Awkward(
        _lines("id,segment,nps,orders", "1,b2c,,1", "2,b2c,,2", "3,b2c,9,3"),
        new=3,
        cautions=("constant", "mostly_missing"),
    ),
    "labels, a leak, synonyms": Awkward(
        _labelled(), new=400, cautions=("leak", "reversed", "synonyms")
    ),
    "doubled column names": Awkward(_lines("id,name,name,", "1,Ann,Lee,x", "2,Bob,Ray,y"), new=2),
    "a header of 130 characters": Awkward(
        _lines(f"id,{'Naive Bayes ' * 11}", "1,0.5", "2,0.7"), new=2
    ),
    "doubled spaces in headers": Awkward(_lines("Customer  ID,Total   Spend", "1,5", "2,7"), new=2),
    "other scripts": Awkward(_lines("id,名前,город", "1,山田,Москва", "2,鈴木,Казань"), new=2),
    "emoji and right-to-left": Awkward(_lines("id,name", "1,😀 Ann", "2,مريم"), new=2),
    "200 columns": Awkward(
        _lines("id," + ",".join(WIDE), *[f"{n}," + ",".join(["1.5"] * 199) for n in range(5)]),
        new=5,
    ),
    "10 MB in one cell": Awkward(
        _lines("id,name", f"1,{'x' * 10_000_000}", "2,Bob"), new=1, rejected=1
    ),
    "ids alone": Awkward(_lines("id", "1", "2", "3"), new=3),
    "formulas": Awkward(
        _lines("id,name", '1,"=HYPERLINK(""http://x"")"', "2,+1", "3,@SUM(A1)"), new=3
    ),
    "zero bytes": Awkward(PLAIN.replace("Ann", "A\0nn").encode(), new=3),
    "a header only": Awkward(b"id,name,orders\n", refused="FILE_NO_ROWS"),
    "empty": Awkward(b"", refused="FILE_EMPTY"),
    "blank lines only": Awkward(b"\n\r\n  \n", refused="FILE_EMPTY"),
    "10 MB in one line": Awkward(b"x" * 10_000_000, refused="FILE_NOT_A_TABLE"),
    "a picture renamed": Awkward(
        b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 40, refused="FILE_NOT_A_TABLE"
    ),
    "a program renamed": Awkward(bytes(range(256)) * 400, refused="FILE_NOT_A_TABLE"),
    "a PDF renamed": Awkward(b"%PDF-1.7\n" + b"x" * 100, refused="FILE_NOT_A_TABLE"),
    "a damaged gzip": Awkward(gzip.compress(PLAIN.encode() * 50)[:-20], refused="FILE_DAMAGED"),
    "a damaged xlsx": Awkward(workbook([["id"], [1]])[:-60], refused="FILE_DAMAGED"),
    "a damaged parquet": Awkward(_parquet()[:-30], refused="FILE_DAMAGED"),
}
