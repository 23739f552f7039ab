"""Whose score an import can have changed: a few rows need not have a million customers scored."""

from uuid import UUID

from pulse.customers import repository
from pulse.db.transaction import Unit
from pulse.imports.history import ImportReport

A_TENTH = 10
"""Above this part of all customers everybody is scored: that is as quick, and as of one moment."""

_OF_CUSTOMERS = """
SELECT unnest(created_ids) AS id FROM import_chunks WHERE business_id = $1 AND import_id = $2
UNION SELECT (o ->> 'id')::uuid FROM import_chunks, jsonb_array_elements(before) AS o
WHERE business_id = $1 AND import_id = $2"""
_OF_EVENTS = """
SELECT DISTINCT e.customer_id AS id
FROM import_chunks k CROSS JOIN unnest(k.created_ids) AS made (id)
JOIN events e ON e.business_id = k.business_id AND e.id = made.id
WHERE k.business_id = $1 AND k.import_id = $2"""


async def concerned(unit: Unit, report: ImportReport) -> list[UUID] | None:
    """Whom a list or a file of events has changed; None stands for everybody.

    That is so where it brought a metric the business did not have, and where it concerns many.
    """
    most = await repository.number_of_customers(unit) // A_TENTH
    if report.rows_new + report.rows_changed > most or await _has_new_metrics(unit, report):
        return None
    asked = _OF_EVENTS if report.kind == "events" else _OF_CUSTOMERS
    rows = await unit.fetch(f"{asked} LIMIT {most + 1}", unit.business_id, report.id)
    return [row["id"] for row in rows]


async def _has_new_metrics(unit: Unit, report: ImportReport) -> bool:
    return bool(
        await unit.fetchval(
            "SELECT exists(SELECT FROM metrics WHERE business_id = $1 AND created_at >= $2)",
            unit.business_id,
            report.created_at,
        )
    )
