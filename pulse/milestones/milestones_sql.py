"""The bulk insert of milestones.

Raw SQL: a rescoring of everybody reaches thousands at once, passed as five arrays.
"""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from pulse import clock
from pulse.db.transaction import Unit


async def insert_new(
    unit: Unit, customers: Sequence[UUID], marks: Sequence[tuple[str, str, str, date]]
) -> set[tuple[UUID, str]]:
    """Insert a milestone (key, title, text, reached_on) for each customer.

    Existing ones are not changed. Returns (customer, key) of the new ones.
    """
    keys, titles, texts, days = zip(*marks, strict=True)
    rows = await unit.fetch(
        "INSERT INTO customer_milestones "
        "(business_id, created_at, customer_id, key, title, text, reached_on) "
        "SELECT $1, $7, * FROM unnest($2::uuid[], $3::text[], $4::text[], $5::text[], $6::date[]) "
        "ON CONFLICT (business_id, customer_id, key) DO NOTHING RETURNING customer_id, key",
        unit.business_id,
        list(customers),
        keys,
        titles,
        texts,
        days,
        clock.now(),
    )
    return {(row["customer_id"], row["key"]) for row in rows}
