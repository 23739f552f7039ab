"""Imports and their chunks, rejected rows and mappings; values before bulk changes."""

from piccolo.columns import (
    JSONB,
    UUID,
    Array,
    BigInt,
    Boolean,
    Bytea,
    Integer,
    Text,
    Timestamptz,
)
from piccolo.constraints import Unique
from piccolo.table import Table

from pulse.tables.columns import (
    UUID7,
    PrimaryKey,
    References,
    StatementTime,
    TenantForeignKey,
    TenantKey,
    TimestamptzNow,
)
from pulse.tables.customer import Customer
from pulse.tables.staff import Staff
from pulse.tables.tenant import TenantRow, to_business


class Import(TenantRow, Table, tablename="imports"):
    """One uploaded file and its import status."""

    file_name = Text(default=None)
    kind = Text(default="customers")
    status = Text(default="waiting")
    mapping = JSONB(default="{}")
    rows_total = Integer(default=0)
    rows_new = Integer(default=0)
    rows_changed = Integer(default=0)
    rows_same = Integer(default=0)
    rows_rejected = Integer(default=0)
    errors = JSONB(default="[]")
    staff_id = TenantForeignKey(references=Staff, null=True, help_text="not checked")
    finished_at = Timestamptz(null=True, default=None)
    file_path = Text(default="", help_text="path of the upload until it is imported")
    dry_run = Boolean(default=False)
    rows_done = Integer(default=0)
    unread = JSONB(default="[]", help_text="cells left empty, by column: count and examples")
    problem = Text(default="", help_text="why it failed, in words")
    columns = Array(base_column=Text(), default=list, help_text="the file's header")
    imported_by = Text(default="")
    runner = UUID(null=True, default=None, help_text="the process that may write its chunks")

    imports_pkey = PrimaryKey(["business_id", "id"])


class ImportChunk(TenantRow, Table, tablename="import_chunks"):
    """One committed chunk: what to skip when resuming, and what to restore when undoing."""

    import_id = TenantForeignKey(references=Import, null=False)
    first_line = BigInt(default=0)
    last_line = BigInt(default=None)
    created_ids = Array(
        base_column=UUID(), default=list, help_text="customers (or events) created by the chunk"
    )
    before = JSONB(default="[]", help_text="former values of changed customers")

    import_chunks_pkey = PrimaryKey(["business_id", "id"])
    import_chunks_business_id_import_id_last_line_key = Unique(
        ["business_id", "import_id", "last_line"]
    )
    import_chunks_import_id_fkey = References("import_id", "imports")


class ImportReject(TenantRow, Table, tablename="import_rejects"):
    """A row that was not imported, as in the file."""

    import_id = TenantForeignKey(references=Import, null=False)
    line = BigInt(default=None)
    reason = Text(default=None)
    cells = Array(base_column=Text(), default=None)

    import_rejects_pkey = PrimaryKey(["business_id", "id"])
    import_rejects_import_id_fkey = References("import_id", "imports")


class ImportMapping(TenantRow, Table, tablename="import_mappings"):
    """The mapping last used for files with exactly these columns."""

    signature = Text(default=None, help_text="of the column names")
    mapping = JSONB(default=None)
    last_ids = Bytea(null=True, default=None, help_text="hashes of the ids of the last list")

    import_mappings_pkey = PrimaryKey(["business_id", "id"])
    import_mappings_business_id_signature_key = Unique(["business_id", "signature"])


class ScoreDue(TenantRow, Table, tablename="scores_due"):
    """A customer with new data whose score has not been updated yet."""

    customer_id = TenantForeignKey(
        references=Customer,
        null=False,
        help_text="not checked: a million rows are inserted at once",
    )
    since = Timestamptz(default=StatementTime(), help_text="the newest data to score")

    scores_due_pkey = PrimaryKey(["business_id", "id"])
    scores_due_business_id_customer_id_key = Unique(["business_id", "customer_id"])


class FormerValues(Table, tablename="former_values"):
    """The values of some customers before a bulk change, for undo."""

    id = TenantKey(default=UUID7(), primary_key=True)
    business_id = to_business()
    created_at = Timestamptz(default=TimestamptzNow())
    change_id = UUID(default=None)
    what = Text(default=None, help_text="owner, segment or tag")
    value = Text(null=True, default=None, help_text="the new value")
    former = Text(null=True, default=None, help_text="the former value")
    customers = Array(base_column=UUID(), default=None, help_text="the customers who had it")
    staff_id = TenantForeignKey(references=Staff, null=True, help_text="not checked")

    former_values_pkey = PrimaryKey(["business_id", "id"])
