"""A process that runs one import and reports each finished chunk; made to be killed."""

import asyncio
import json
import sys
from pathlib import Path
from uuid import UUID

from pulse import settings
from pulse.auth.scope import Scope
from pulse.db.engine import app_connection, pool
from pulse.imports.runner import run_import


async def main(owner: dict[str, object], folder: str, business_id: str, import_id: str) -> None:
    """Run the import on this database."""
    chosen = settings.Settings(data_dir=Path(folder), secret="s" * 48)
    settings.choose(chosen)
    async with pool(app_connection(chosen, owner)):
        scope = Scope.for_pulse(UUID(business_id))
        await run_import(scope, UUID(import_id), progress=lambda report: print("chunk", flush=True))


if __name__ == "__main__":
    asyncio.run(main(json.loads(sys.argv[1]), *sys.argv[2:5]))
