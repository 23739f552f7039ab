"""A process that runs one import and reports each finished chunk; made to be killed.

It never ends by itself: after the given number of chunks it waits.
"""

import asyncio
import json
import sys
import threading
from itertools import count
from pathlib import Path
from uuid import UUID

from pulse import settings
from pulse.auth.scope import Scope
from pulse.db.engine import app_connection, pool
from pulse.imports.history import ImportReport
from pulse.imports.runner import run_import


async def main(
    owner: dict[str, object], folder: str, business_id: str, import_id: str, last: str
) -> None:
    """Run the import on this database until the chunk of this number is written."""
    numbers = count(1)

    def tell(_: ImportReport) -> None:
        number = next(numbers)
        print("chunk", flush=True)
        if number == int(last):
            threading.Event().wait()

    chosen = settings.Settings(data_dir=Path(folder), secret="s" * 48)
    settings.choose(chosen)
    async with pool(app_connection(chosen, owner)):
        scope = Scope.for_pulse(UUID(business_id))
        await run_import(scope, UUID(import_id), progress=tell)


if __name__ == "__main__":
    asyncio.run(main(json.loads(sys.argv[1]), *sys.argv[2:6]))
