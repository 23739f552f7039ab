"""Change PULSE_SECRET: encrypt every sealed value again with the new secret.

During the rotation both are set (PULSE_SECRET the new one, PULSE_OLD_SECRET the previous one): the
servers keep running, and an interrupted rotation can be repeated.
"""

from pulse.auth.businesses import forget_businesses
from pulse.auth.encryption import seal, unseal
from pulse.auth.scope import Scope
from pulse.auth.signing_keys import forget_keys
from pulse.db.transaction import system, tenant
from pulse.operations import business_copy_sql as copied
from pulse.tables.business import Business


async def reseal_everything() -> dict[str, int]:
    """Seal every column `…_sealed` of every business with PULSE_SECRET; returns counts by table.

    Each business is one transaction. Raises Unavailable, and leaves that business unchanged, when a
    value can be decrypted with neither secret.
    """
    async with system():
        businesses = await Business.select(Business.id).order_by(Business.id)
    done: dict[str, int] = {}
    for row in businesses:
        async with tenant(Scope.for_pulse(row["id"])) as unit:
            for table in [one for one in await copied.tables(unit) if one.sealed]:
                done.setdefault(table.name, 0)

                def anew(text: str, name: str = table.name) -> str:
                    done[name] += 1
                    return seal(unseal(text))

                await copied.reseal(unit, table, anew)
    forget_businesses()
    forget_keys()
    return done
