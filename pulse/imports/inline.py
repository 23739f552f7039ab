"""The metrics an import brings: rows of the `metrics` table that identity reads.

customers may not know identity, so these are plain dictionaries in the shape of its
MetricDefinition. A metric that is there already is left alone: its home is the scorecard page.
"""

from pulse.db.transaction import Unit
from pulse.tabular.mapping import Mapping, metric_definitions


async def keep_metrics(unit: Unit, mapping: Mapping) -> int:
    """Add the mapping's metrics behind those the business has; returns how many were new."""
    definitions = metric_definitions(mapping) if mapping.kind == "customers" else []
    added = 0
    for definition in definitions:
        tag = await unit.execute(
            "INSERT INTO metrics (business_id, key, position, definition) "
            "SELECT $1, $2, coalesce(max(position) + 1, 0), $3 FROM metrics WHERE business_id = $1 "
            "ON CONFLICT (business_id, key) DO NOTHING",
            unit.business_id,
            definition["key"],
            definition,
        )
        added += int(tag.rsplit(" ", 1)[1])
    return added
