"""One open card a customer: the index, and what must go before it can stand."""

from piccolo_migrations.raw import manager, sql_file

ID = "2026-11-28T15:36:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "one open card a customer"


async def forwards():
    return manager(
        ID,
        DESCRIPTION,
        [
            "SET lock_timeout = '5s'",
            """
UPDATE conversation_cards k SET status = 'dismissed', dismissed_reason = 'merged',
  changed_by = 'Pulse', changed_at = now(), updated_at = now()
WHERE status IN ('pending', 'snoozed') AND EXISTS (SELECT 1 FROM conversation_cards o
  WHERE o.business_id = k.business_id AND o.customer_id = k.customer_id
  AND o.status IN ('pending', 'snoozed') AND (o.priority, o.id) > (k.priority, k.id))""",
            "UPDATE conversation_cards SET causes = jsonb_build_array(cause) WHERE causes = '[]'",
            "DROP INDEX IF EXISTS conversation_cards_one_open",
            sql_file("indexes"),
        ],
    )
