"""meridian, the telephone company: IBM's sample list, imported with the normal import."""

import tempfile
from pathlib import Path

import polars as pl

from pulse import workflows
from pulse.auth.scope import Scope
from pulse.demo.build_data import DATA, TELCO
from pulse.demo.names import made_up_address, made_up_name
from pulse.errors import Unavailable
from pulse.imports.history import ImportReport
from pulse.imports.runner import import_file
from pulse.jobs.progress import Told
from pulse.tabular import mapping as mappings
from pulse.tabular.mapping import ColumnMapping, Mapping

MAPPING = "meridian-mapping.json"
MADE_UP = (ColumnMapping("Name", role="name"), ColumnMapping("Email", role="email"))


async def fill(scope: Scope, told: Told) -> None:
    """Import the list and score all its customers."""

    def progress(report: ImportReport) -> None:
        told("meridian: importing the customer list", report.rows_done, report.rows_total)

    with tempfile.TemporaryDirectory() as folder:
        path = write_list(Path(folder))
        report = await import_file(
            scope, path, mapping(), file_name=TELCO, after=workflows.rescore, progress=progress
        )
    if report.status != "done":
        raise Unavailable(f"The demo's list could not be imported: {report.problem}")


def mapping() -> Mapping:
    """The shipped mapping of IBM's file, with the two columns that `write_list` adds."""
    shipped = mappings.load(DATA / MAPPING)
    return Mapping(
        columns=(*shipped.columns, *MADE_UP), kind=shipped.kind, on_error=shipped.on_error
    )


def write_list(folder: Path) -> Path:
    """IBM's file with an invented name and address for each customer."""
    rows = pl.read_csv(DATA / TELCO, infer_schema=False)
    names = [made_up_name(external_id) for external_id in rows["customerID"]]
    addresses = map(made_up_address, rows["customerID"], names)
    path = folder / "telco-customer-churn.csv"
    rows.with_columns(Name=pl.Series(names), Email=pl.Series(list(addresses))).write_csv(path)
    return path
