"""The value a year of known customers; the trigger of the migration before keeps it from then on."""

from piccolo_migrations.raw import manager

ID = "2026-11-29T17:42:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "value a year of known customers"
KNOWN = """
UPDATE customers c SET yearly_value = coalesce(s.value_year, k.value)
FROM customers k LEFT JOIN customer_scores s ON s.business_id = k.business_id AND s.customer_id = k.id
WHERE k.business_id = c.business_id AND k.id = c.id
  AND c.yearly_value IS DISTINCT FROM coalesce(s.value_year, k.value)
"""


async def forwards():
    return manager(ID, DESCRIPTION, ["SET lock_timeout = '5s'", KNOWN])
