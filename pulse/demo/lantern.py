"""lantern, the gift shop: the real orders of Online Retail as customers and dated events.

Every invoice is one event: `order`, or `cancellation` where its number begins with C, with the sum
of quantity × price as its amount (negative for a cancellation, so that sums are net). All dates are
shifted by the same number of days.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import polars as pl

from pulse.customers.events import NewEvent
from pulse.demo.build_data import DATA, LINES, PRODUCTS
from pulse.demo.names import made_up_address, made_up_name

LANGUAGES = {
    "Germany": "de",
    "Austria": "de",
    "Switzerland": "de",
    "France": "fr",
    "Belgium": "fr",
    "Spain": "es",
    "Portugal": "pt",
    "Brazil": "pt",
    "Bahrain": "ar",
    "Lebanon": "ar",
    "Saudi Arabia": "ar",
    "United Arab Emirates": "ar",
}
SPELLED_OUT = {"EIRE": "Ireland", "RSA": "South Africa", "USA": "United States"}
VALUE_DAYS = 365


@dataclass(frozen=True)
class History:
    """The shop's customers and all their events, ready to be written."""

    customers: pl.DataFrame
    """external_id, name, email, locale, country, value (net spend of the last 365 days)."""
    events: list[NewEvent]
    first: date
    """The day of the first order, after the shift of dates."""


def history(last_order: date, as_of: datetime | None = None) -> History:
    """The whole history, shifted so that the last order is on `last_order` (UTC).

    as_of: until when the value of the last 365 days counts; else the time of the last order.
    """
    lines = pl.read_parquet(DATA / LINES)
    invoices = _invoices(lines, last_order)
    return History(
        _customers(lines, invoices, as_of or invoices["at"].max()),
        [_event(row) for row in invoices.iter_rows(named=True)],
        invoices["at"].min().date(),  # type: ignore[union-attr]  # a Datetime column
    )


def product_names() -> dict[str, str]:
    """Stock code → description."""
    products = pl.read_parquet(DATA / PRODUCTS)
    return dict(products.select("StockCode", "Description").iter_rows())


def _invoices(lines: pl.DataFrame, last_order: date) -> pl.DataFrame:
    """One row per invoice, in order of time; an invoice over two minutes gets the first time."""
    newest = lines.select(pl.col("InvoiceDate").max().dt.date()).item()
    return (
        lines.group_by("InvoiceNo")
        .agg(
            pl.col("CustomerID").first(),
            (pl.col("InvoiceDate").min() + (last_order - newest)).alias("at"),
            (pl.col("Quantity") * pl.col("UnitPrice")).sum().round(2).alias("amount"),
            pl.col("Quantity").sum().alias("items"),
            pl.len().alias("lines"),
        )
        .with_columns(pl.col("at").dt.replace_time_zone("UTC"))
        .sort("at", "InvoiceNo")
    )


def _event(row: dict[str, object]) -> NewEvent:
    invoice = str(row["InvoiceNo"])
    return NewEvent(
        external_id=str(row["CustomerID"]),
        kind="cancellation" if invoice.startswith("C") else "order",
        occurred_at=row["at"],  # type: ignore[arg-type]  # polars' rows are untyped
        message_id=f"online-retail-{invoice}",
        amount=row["amount"],  # type: ignore[arg-type]
        properties={"invoice": invoice, "items": row["items"], "lines": row["lines"]},
    )


def _customers(lines: pl.DataFrame, invoices: pl.DataFrame, as_of: Any) -> pl.DataFrame:
    since = as_of - timedelta(days=VALUE_DAYS)
    spent = (
        invoices.filter(pl.col("at") > since)
        .group_by("CustomerID")
        .agg(value=pl.col("amount").sum().clip(lower_bound=0).round(2))
    )
    countries = lines.sort("InvoiceDate").group_by("CustomerID").agg(pl.col("Country").last())
    rows = countries.join(spent, on="CustomerID", how="left").sort("CustomerID")
    return pl.DataFrame(
        [
            _person(str(customer), country, value or 0.0)
            for customer, country, value in rows.iter_rows()
        ]
    )


def _person(external_id: str, country: str, value: float) -> dict[str, object]:
    language = LANGUAGES.get(country, "en")
    name = made_up_name(external_id, language)
    return {
        "external_id": external_id,
        "name": name,
        "email": made_up_address(external_id, name),
        "locale": language,
        "country": SPELLED_OUT.get(country, country),
        "value": value,
    }
