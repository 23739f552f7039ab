"""Whose score an import can have changed: a few rows need not have a million customers scored."""

from uuid import UUID

from pulse.customers import repository
from pulse.db.transaction import Unit
from pulse.imports import lists_sql
from pulse.imports.history import ImportReport
from pulse.tables.scorecard import Metric

A_TENTH = 10
"""Above this part of all customers everybody is scored: that is as quick, and as of one moment."""


async def concerned(unit: Unit, report: ImportReport) -> list[UUID] | None:
    """Whom a list or a file of events has changed; None stands for everybody.

    That is so where it brought a metric the business did not have, and where it concerns many.
    """
    most = await repository.number_of_customers(unit) // A_TENTH
    if report.rows_new + report.rows_changed > most or await _has_new_metrics(unit, report):
        return None
    return await lists_sql.affected_customers(unit, report.id, report.kind, most + 1)


async def _has_new_metrics(unit: Unit, report: ImportReport) -> bool:
    return bool(
        await Metric.exists().where(
            Metric.business_id == unit.business_id, Metric.created_at >= report.created_at
        )
    )
