"""What is remembered of an import: its mapping, the ids in the list, and its metrics."""

import hashlib
from collections.abc import Sequence

import numpy as np
import polars as pl
from numpy.typing import NDArray
from piccolo.query.functions import Max

from pulse.auth.scope import Scope
from pulse.db.transaction import Unit, tenant
from pulse.tables.imports import ImportMapping
from pulse.tables.scorecard import Metric
from pulse.tabular import mapping as mappings
from pulse.tabular.guesses import mapping_reuse, own_files
from pulse.tabular.mapping import Mapping, metric_definitions

MOST_MAPPINGS = 200  # remembered mappings of a business that are compared


async def remembered_mapping(
    scope: Scope, columns: Sequence[str], source: str = ""
) -> Mapping | None:
    """The mapping this business last used for a list of this name or with most of these columns.

    Additional columns, another order or case do not matter; see `mapping_reuse.adapted`.
    """
    if own_files.is_export(columns):
        return None
    if own_files.is_error_file(columns):
        columns = columns[len(own_files.ERROR_COLUMNS) :]
    async with tenant(scope):
        rows = (
            await ImportMapping.select(ImportMapping.mapping)
            .where(ImportMapping.business_id == scope.business_id)
            .order_by(ImportMapping.updated_at, ascending=False)
            .limit(MOST_MAPPINGS)
        )
    known = [mappings.from_builtins(row["mapping"]) for row in rows]
    if source and (named := [mapping for mapping in known if mapping.source == source]):
        return named[0]
    best = max(known, key=lambda m: mapping_reuse.similarity(m, tuple(columns)), default=None)
    if best is None or mapping_reuse.similarity(best, tuple(columns)) < mapping_reuse.LEAST_SHARED:
        return None
    return best


async def remember_mapping(unit: Unit, mapping: Mapping) -> None:
    """Store the mapping for the next list of this name or with such columns."""
    columns = [column.column for column in mapping.columns]
    if own_files.is_error_file(columns) or own_files.is_export(columns):
        return
    row = ImportMapping(
        business_id=unit.business_id,
        signature=signature_of(mapping),
        mapping=mappings.to_builtins(mapping),
    )
    await ImportMapping.insert(row).on_conflict(
        target=(ImportMapping.business_id, ImportMapping.signature),
        action="DO UPDATE",
        values=[ImportMapping.mapping, ImportMapping.updated_at],
    )


async def last_ids(scope: Scope, mapping: Mapping) -> NDArray[np.uint32] | None:
    """Hashes of the customers' ids in the last list of this kind; None when unknown."""
    async with tenant(scope):
        found = (
            await ImportMapping.select(ImportMapping.last_ids)
            .where(
                ImportMapping.business_id == scope.business_id,
                ImportMapping.signature == signature_of(mapping),
            )
            .first()
        )
    kept = found["last_ids"] if found else None
    version = pl.__version__.encode()
    if not kept or not kept.startswith(version + b"\0"):
        return None  # hashes differ between versions of polars
    return np.frombuffer(kept[len(version) + 1 :], np.uint32)


async def keep_ids(unit: Unit, mapping: Mapping, hashes: NDArray[np.uint64]) -> None:
    """Store which customers were in this list, to find those missing from the next one."""
    plain = np.unique(short_ids(hashes)).tobytes()
    await ImportMapping.update(
        {ImportMapping.last_ids: pl.__version__.encode() + b"\0" + plain}
    ).where(
        ImportMapping.business_id == unit.business_id,
        ImportMapping.signature == signature_of(mapping),
    )


async def keep_metrics(unit: Unit, mapping: Mapping) -> int:
    """Add the mapping's metrics after the existing ones; returns how many were new.

    An existing metric is not changed: it is edited on the scorecard page.
    """
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


def short_ids(hashes: NDArray[np.uint64]) -> NDArray[np.uint32]:
    """The upper half of each hash: enough for counting, at half the size."""
    return (hashes >> np.uint64(32)).astype(np.uint32)


def signature_of(mapping: Mapping) -> str:
    """The key under which a mapping is stored: its name, else its columns."""
    return mapping.source or _signature([column.column for column in mapping.columns])


def _signature(columns: Sequence[str]) -> str:
    return hashlib.sha256("\x1f".join(sorted(columns)).encode()).hexdigest()[:32]
