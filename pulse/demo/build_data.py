"""Pack the shipped demo data from the public files: `python -m pulse.demo.build_data FOLDER`.

FOLDER holds online_retail/online_retail.csv.gz and telco/Telco-Customer-Churn.csv as published.
Only the packing changes: rows without a customer are left out, and each product's description is
stored once instead of on every line.
"""

import gzip
import sys
from pathlib import Path

import polars as pl

DATA = Path(__file__).parent / "data"
LINES = "online-retail.parquet"
PRODUCTS = "online-retail-products.parquet"
TELCO = "telco-customer-churn.csv.gz"


def pack(source: Path, target: Path = DATA) -> None:
    """Write the three packed files to `target`."""
    with gzip.open(source / "online_retail" / "online_retail.csv.gz") as file:
        rows = pl.read_csv(file.read(), infer_schema=False)
    known = rows.filter(pl.col("CustomerID").is_not_null())
    _write(lines_of(known), target / LINES)
    _write(products_of(known), target / PRODUCTS)
    plain = (source / "telco" / "Telco-Customer-Churn.csv").read_bytes()
    (target / TELCO).write_bytes(gzip.compress(plain, 9, mtime=0))


def lines_of(rows: pl.DataFrame) -> pl.DataFrame:
    """The order lines: seven of the eight columns, typed."""
    return rows.select(
        "InvoiceNo",
        "StockCode",
        pl.col("Quantity").cast(pl.Int32),
        pl.col("InvoiceDate").str.to_datetime("%Y-%m-%d %H:%M:%S"),
        pl.col("UnitPrice").cast(pl.Float64),
        # some exports write 17850.0
        pl.col("CustomerID").str.strip_suffix(".0").cast(pl.Int32),
        "Country",
    )


def products_of(rows: pl.DataFrame) -> pl.DataFrame:
    """One row per StockCode with its most frequent Description; ties alphabetically."""
    return (
        rows.group_by("StockCode", "Description")
        .len()
        .sort("StockCode", "len", "Description", descending=[False, True, False])
        .group_by("StockCode", maintain_order=True)
        .first()
        .select("StockCode", "Description")
    )


def _write(frame: pl.DataFrame, path: Path) -> None:
    frame.write_parquet(path, compression="zstd", compression_level=22, row_group_size=1_000_000)


if __name__ == "__main__":
    pack(Path(sys.argv[1]))
