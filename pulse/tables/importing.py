"""What an import keeps beside itself: its chunks, its rejected rows, the mappings to remember."""

from piccolo.columns import JSONB, UUID, Array, BigInt, Text, Timestamptz
from piccolo.table import Table


class ImportChunk(Table, tablename="import_chunks"):
    """One committed chunk: what to skip when resuming, what to take back when undoing."""

    id = UUID(primary_key=True)
    business_id = UUID(null=False)
    created_at = Timestamptz()
    updated_at = Timestamptz()
    import_id = UUID(null=False)
    first_line = BigInt()
    last_line = BigInt()
    created_ids = Array(base_column=UUID(), help_text="customers (or events) the chunk made")
    before = JSONB(help_text="changed customers as they were")


class ImportReject(Table, tablename="import_rejects"):
    """A row that was not imported, as it stands in the file."""

    id = UUID(primary_key=True)
    business_id = UUID(null=False)
    created_at = Timestamptz()
    updated_at = Timestamptz()
    import_id = UUID(null=False)
    line = BigInt()
    reason = Text()
    cells = Array(base_column=Text())


class ImportMapping(Table, tablename="import_mappings"):
    """The mapping last used for files with just these columns."""

    id = UUID(primary_key=True)
    business_id = UUID(null=False)
    created_at = Timestamptz()
    updated_at = Timestamptz()
    signature = Text(help_text="of the column names")
    mapping = JSONB()


class ScoreDue(Table, tablename="scores_due"):
    """A customer whose data came in and whose score has not followed yet."""

    id = UUID(primary_key=True)
    business_id = UUID(null=False)
    created_at = Timestamptz()
    updated_at = Timestamptz()
    customer_id = UUID(null=False)
    since = Timestamptz(help_text="the newest data the score has to follow")


class FormerValues(Table, tablename="former_values"):
    """What some customers had before a bulk change, for whoever wants to take it back."""

    id = UUID(primary_key=True)
    business_id = UUID(null=False)
    created_at = Timestamptz()
    change_id = UUID(null=False)
    what = Text(help_text="owner, segment or tag")
    value = Text(null=True, help_text="what they were given")
    former = Text(null=True, help_text="what they had")
    customers = Array(base_column=UUID(), help_text="who had it")
    staff_id = UUID(null=True)
