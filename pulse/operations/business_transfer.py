"""Export a business to one file and import it into another installation, with checksums.

The file is a ZIP with a manifest and one file of rows per table. It does not contain sessions,
waiting jobs and uploaded files. Secrets stay sealed with the PULSE_SECRET of their origin; the
import needs that secret if it differs.
"""

import hashlib
import os
import zipfile
from collections.abc import AsyncIterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import IO, Any
from uuid import UUID

import msgspec

from pulse import clock, logs
from pulse.auth.businesses import Business, forget_businesses
from pulse.auth.encryption import seal, unseal
from pulse.auth.scope import Scope
from pulse.db.transaction import Unit, system, tenant
from pulse.errors import Conflict, Invalid, Unavailable
from pulse.operations import business_copy_sql as business_copy
from pulse.operations.business_copy_sql import TenantTable
from pulse.tables.business import Business as BusinessTable

FORMAT = 1
MANIFEST = "manifest.json"
KNOWN_TEXT = "pulse"
PRIVATE = 0o600  # the file holds all data of every customer
CHUNK = 1 << 20


class MovedTable(msgspec.Struct, frozen=True):
    """A table of the file: its number of rows, and the hashes with and without secrets."""

    name: str
    columns: list[str]
    rows: int
    sha256: str
    checksum: str


class Manifest(msgspec.Struct, frozen=True):
    """The contents of the file; `sealed` is a known text, sealed with the secret of its origin."""

    format: int
    business_id: UUID
    slug: str
    name: str
    written_at: str
    sealed: str
    tables: list[MovedTable]


async def export_business(business: Business, file: Path) -> Manifest:
    """Write the business as of one moment, also while Pulse serves; on failure no file remains.

    Raises Invalid when the file cannot be written.
    """
    unfinished = file.with_name(file.name + ".unfinished")
    try:
        os.close(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, PRIVATE))
    except OSError as wrong:
        raise Invalid(f"The export cannot be written to {file}: {wrong.strerror}.") from wrong
    try:
        with zipfile.ZipFile(unfinished, "w", zipfile.ZIP_DEFLATED, compresslevel=3) as archive:
            manifest = await _write_archive(business, archive)
            archive.writestr(MANIFEST, msgspec.json.encode(manifest))
        unfinished.replace(file)
    finally:
        unfinished.unlink(missing_ok=True)
    logs.event("business_exported", business_id=business.id, tables=len(manifest.tables))
    return manifest


async def _write_archive(business: Business, archive: zipfile.ZipFile) -> Manifest:
    scope = Scope.for_pulse(business.id)
    async with tenant(scope, snapshot=True) as unit:
        await business_copy.fix_formats(unit)
        found = await business_copy.tables(unit)
        moved = [await _write_table(unit, table, archive) for table in found]
    return Manifest(
        format=FORMAT,
        business_id=business.id,
        slug=business.slug,
        name=business.name,
        written_at=clock.now().isoformat(),
        sealed=seal(KNOWN_TEXT),
        tables=moved,
    )


async def _write_table(unit: Unit, table: TenantTable, archive: zipfile.ZipFile) -> MovedTable:
    digest = hashlib.sha256()
    with archive.open(f"{table.name}.copy", "w", force_zip64=True) as entry:

        async def write(data: bytes) -> None:
            digest.update(data)
            entry.write(data)

        rows = await business_copy.copy_out(unit, table, table.columns, write)
    whole = digest.hexdigest()
    plain = (await business_copy.checksum(unit, table))[1] if table.sealed else whole
    return MovedTable(table.name, table.columns, rows, whole, plain)


async def import_business(file: Path, source_secret: str = "") -> Manifest:
    """Import the business in this file, completely or not at all; compares the rows' checksums.

    source_secret: the PULSE_SECRET of the installation that wrote the file, if it differs. Raises
    Invalid for a file that is damaged, not an export, or from a Pulse with other tables; Conflict
    when the business, or a sign-in address, already exists.
    """
    try:
        with zipfile.ZipFile(file) as archive:
            manifest = _manifest(archive)
            _check_files(archive, manifest)
            secret = _source_secret(manifest, source_secret)
            await _check_new(manifest)
            await _add_business(archive, manifest, secret)
    except (zipfile.BadZipFile, KeyError, msgspec.DecodeError, EOFError) as wrong:
        reason = "This file was not written by `pulse business export`, or it is damaged."
        raise Invalid(reason, code="NOT_AN_EXPORT") from wrong
    forget_businesses()
    logs.event("business_imported", business_id=manifest.business_id, tables=len(manifest.tables))
    return manifest


def _manifest(archive: zipfile.ZipFile) -> Manifest:
    manifest = msgspec.json.decode(archive.read(MANIFEST), type=Manifest)
    if manifest.format != FORMAT:
        raise Invalid(f"The file has format {manifest.format}; this Pulse reads {FORMAT}.")
    return manifest


def _check_files(archive: zipfile.ZipFile, manifest: Manifest) -> None:
    for table in manifest.tables:
        digest = hashlib.sha256()
        with archive.open(f"{table.name}.copy") as entry:
            for piece in iter(lambda: entry.read(CHUNK), b""):
                digest.update(piece)
        if digest.hexdigest() != table.sha256:
            raise Invalid(f"The file is damaged: {table.name} has another checksum than stated.")


def _source_secret(manifest: Manifest, source_secret: str) -> str | None:
    """The secret that decrypts the file's sealed values; None for this installation's own."""
    with suppress(Unavailable):
        unseal(manifest.sealed)
        return None
    if not source_secret:
        raise Invalid(
            "The secrets in this file are sealed with another PULSE_SECRET: give the one of the "
            "installation that wrote it in PULSE_SOURCE_SECRET.",
            code="SECRET_SEALED_OTHERWISE",
        )
    try:
        unseal(manifest.sealed, source_secret)
    except Unavailable as wrong:
        reason = "PULSE_SOURCE_SECRET is not the PULSE_SECRET of where this file was written."
        raise Invalid(reason, code="SECRET_SEALED_OTHERWISE") from wrong
    return source_secret


async def _check_new(manifest: Manifest) -> None:
    async with system():
        there = await BusinessTable.exists().where(
            (BusinessTable.slug == manifest.slug) | (BusinessTable.id == manifest.business_id)
        )
    if there:
        words = f"The business “{manifest.slug}” is here already: nothing was imported."
        raise Conflict(words, code="BUSINESS_EXISTS")


async def _add_business(archive: zipfile.ZipFile, manifest: Manifest, secret: str | None) -> None:
    async with tenant(Scope.for_pulse(manifest.business_id)) as unit:
        await business_copy.fix_formats(unit)
        here = await business_copy.tables(unit)
        _check_shape(here, manifest)
        moved = {table.name: table for table in manifest.tables}
        await _fill_tables(unit, archive, here)
        if secret is not None:
            for table in here:
                await business_copy.reseal(unit, table, lambda text: seal(unseal(text, secret)))
        for table in here:
            stated = (moved[table.name].rows, moved[table.name].checksum)
            if await business_copy.checksum(unit, table) != stated:
                raise Invalid(
                    f"{table.name} has another checksum than in the file: nothing was imported."
                )


async def _fill_tables(unit: Unit, archive: zipfile.ZipFile, here: Sequence[TenantTable]) -> None:
    filled = False
    async with unit.ignore_duplicates():
        for table in here:
            with archive.open(f"{table.name}.copy") as entry:
                await business_copy.copy_into(unit, table, table.columns, _pieces(entry))
        filled = True
    if not filled:
        raise Conflict(
            "A sign-in address or a key of this business is in use by another business here: "
            "nothing was imported.",
            code="BUSINESS_EXISTS",
        )


def _check_shape(here: Sequence[TenantTable], manifest: Manifest) -> None:
    theirs = {table.name: table.columns for table in manifest.tables}
    ours = business_copy.shape(here)
    differing = sorted(
        name for name in theirs.keys() | ours.keys() if theirs.get(name) != ours.get(name)
    )
    if differing:
        raise Invalid(
            "The file comes from another version of Pulse (tables that differ: "
            f"{', '.join(differing)}): bring both installations to the same version, then "
            "export again.",
            code="OTHER_VERSION",
        )


async def _pieces(entry: IO[bytes]) -> AsyncIterator[Any]:
    while piece := entry.read(CHUNK):
        yield piece
