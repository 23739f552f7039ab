"""Uploads on their way to disk: streamed, bounded, one business's never another's."""

import re
import time
from collections.abc import AsyncIterator
from pathlib import Path
from uuid import uuid4

from pulse.access.roles import Role
from pulse.access.scope import Scope
from pulse.customers.upload import upload_folder
from pulse.errors import Invalid, NotFound

MOST_BYTES = 2 << 30
KEPT_SECONDS = 24 * 3600.0  # an upload that nobody imports is deleted after a day
_ID = re.compile(r"[0-9a-f]{32}")


async def receive(scope: Scope, chunks: AsyncIterator[bytes]) -> str:
    """Write an upload to disk as it arrives; returns its upload id. Also sweeps forgotten ones."""
    scope.require(Role.csm)
    sweep()
    upload_id, written = uuid4().hex, 0
    path = _path(scope, upload_id)
    try:
        with path.open("wb") as file:
            async for chunk in chunks:
                written += len(chunk)
                if written > MOST_BYTES:
                    raise Invalid("The file is larger than 2 GB.", code="FILE_TOO_LARGE")
                file.write(chunk)
    except BaseException:
        path.unlink(missing_ok=True)
        raise
    return upload_id


def path_of(scope: Scope, upload_id: str) -> Path:
    """Where an upload of this business lies; NotFound for any other."""
    path = _path(scope, upload_id)
    if not _ID.fullmatch(upload_id) or not path.exists():
        raise NotFound("This upload is no longer here: send the file again.", code="UPLOAD_GONE")
    return path


def sweep() -> None:
    """Delete uploads that have been lying here for a day."""
    for path in upload_folder().iterdir():
        if time.time() - path.stat().st_mtime > KEPT_SECONDS:
            path.unlink(missing_ok=True)


def _path(scope: Scope, upload_id: str) -> Path:
    return upload_folder() / f"{scope.business_id.hex}-{upload_id}"
