"""Single values in JSON: times, amounts and e-mail addresses in the forms programs send."""

from datetime import UTC, datetime
from typing import Any

import pytest

from pulse.customers.ingestion.item_values import is_email, read_amount, read_moment

TEN = datetime(2024, 3, 5, 10, tzinfo=UTC)


@pytest.mark.parametrize(
    "said",
    [
        *(1709632800, 1709632800.0, 1709632800000, 1709632800000000, 1709632800000000000),
        *("1709632800", "1709632800000", "2024-03-05T10:00:00Z", "2024-03-05 10:00"),
        *("2024-03-05T12:00:00+02:00", "2024-03-05 12:00:00+02", "20240305T100000Z"),
        "Tue, 05 Mar 2024 10:00:00 +0000",
        "Tue Mar 05 2024 11:00:00 GMT+0100 (Central European Standard Time)",
    ],
)
def test_a_moment_is_read_in_all_its_forms(said: Any) -> None:
    assert read_moment(said) == TEN


def test_a_date_alone_is_its_midnight() -> None:
    assert read_moment("2024-03-05") == datetime(2024, 3, 5, tzinfo=UTC)


@pytest.mark.parametrize(
    "said", [True, None, "", "soon", "2024-13-01", [], {}, 10**30, "0000-00-00"]
)
def test_an_unreadable_time_gives_none(said: Any) -> None:
    assert read_moment(said) is None


@pytest.mark.parametrize(
    ("said", "number"),
    [
        *[(39.95, 39.95), ("39.95", 39.95), (" 39,95 ", 39.95), ("$39.95", 39.95), ("39", 39.0)],
        *[("1,234.50", 1234.5), ("1.234,50 €", 1234.5), ("1,000", 1000.0), ("1.000", 1.0)],
        *[("EUR 12", 12.0), ("12 USD", 12.0), ("1 234,50", 1234.5), ("1'234.50", 1234.5)],
        *[
            ("(12.00)", -12.0),
            ("-3.5", -3.5),
            ("−3", -3.0),
            ("-$7", -7.0),
            ("$-7", -7.0),
            (".5", 0.5),
            ("1,234,567", 1234567.0),
        ],
        *[("R$ 10,50", 10.5), ("0,125", 0.125), ("1.234.567", 1234567.0)],
    ],
)
def test_an_amount_is_read_as_text_too(said: Any, number: float) -> None:
    assert read_amount(said) == number


@pytest.mark.parametrize("said", [True, None, "", "free", "12 or 13", "1-2", [], {}, float("nan")])
def test_an_unreadable_amount_gives_none(said: Any) -> None:
    assert read_amount(said) is None


@pytest.mark.parametrize("text", ["a@x.example", "a.b+c@sub.x.example", "jörg@müller.example"])
def test_addresses(text: str) -> None:
    assert is_email(text)


@pytest.mark.parametrize(
    "text",
    ["not an email", "True", "a@x", "@x.example", "a@@x.example", "a@x.example, b@x"],
)
def test_no_addresses(text: str) -> None:
    assert not is_email(text)
