"""The metrics an import brings: rows of the `metrics` table that identity reads.

customers may not know identity, so these are plain dictionaries in the shape of its
MetricDefinition. A metric that is there already is left alone: its home is the scorecard page.
"""

from piccolo.query.functions import Max

from pulse.db.transaction import Unit
from pulse.tables.scorecard import Metric
from pulse.tabular.mapping import Mapping, metric_definitions


async def keep_metrics(unit: Unit, mapping: Mapping) -> int:
    """Add the mapping's metrics behind those the business has; returns how many were new."""
    definitions = metric_definitions(mapping) if mapping.kind == "customers" else []
    if not definitions:
        return 0
    found = await Metric.select(Max(Metric.position, alias="last")).where(
        Metric.business_id == unit.business_id
    )
    first = 0 if found[0]["last"] is None else found[0]["last"] + 1
    added = 0
    for definition in definitions:
        metric = Metric(
            business_id=unit.business_id,
            key=definition["key"],
            position=first + added,
            definition=definition,
        )
        added += len(
            await Metric.insert(metric)
            .on_conflict(target=(Metric.business_id, Metric.key), action="DO NOTHING")
            .returning(Metric.id)
        )
    return added
