"""Receive uploads to disk: streamed, limited in size, and separate for each business."""

import re
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from uuid import UUID, uuid4

from pulse import settings
from pulse.auth.roles import Permission
from pulse.auth.scope import Scope
from pulse.errors import Invalid, NotFound, TooMany

MOST_BYTES = 2 << 30
MOST_BYTES_WAITING = 6 << 30  # bytes per business: its uploads and what was unpacked from them
MOST_FILES_WAITING = 200
MOST_ARRIVING = 3  # uploads per business at the same time
KEPT_SECONDS = 24 * 3600.0  # an upload that is not imported is deleted after a day
_ID = re.compile(r"[0-9a-f]{32}")


async def receive(scope: Scope, chunks: AsyncIterator[bytes]) -> str:
    """Write an upload to disk as it arrives; returns its upload id. Deletes expired uploads.

    Raises Invalid when it is too large, TooMany when the business has no room for it.
    """
    scope.require(Permission.import_lists)
    scope.require_all()
    with arriving(scope) as room:
        upload_id, written = uuid4().hex, 0
        path = _path(scope, upload_id)
        try:
            with path.open("wb") as file:
                async for chunk in chunks:
                    written += len(chunk)
                    room.left -= len(chunk)
                    if written > MOST_BYTES:
                        raise Invalid("The file is larger than 2 GB.", code="FILE_TOO_LARGE")
                    if room.left < 0:
                        raise _quota_exceeded()
                    file.write(chunk)
        except BaseException:
            path.unlink(missing_ok=True)
            room.left += written
            raise
    return upload_id


class Room:
    """What the uploads of one business that arrive at the same time may still write, together."""

    def __init__(self) -> None:
        self.uploads = 0
        self.left = 0


@contextmanager
def arriving(scope: Scope) -> Iterator[Room]:
    """Count an upload while its body is read; deletes expired uploads first.

    Raises TooMany (UPLOAD_QUOTA) when MOST_ARRIVING uploads of the business are arriving or no
    bytes are left.
    """
    business = scope.business_id
    room = _rooms.get(business) or Room()
    if room.uploads >= MOST_ARRIVING:
        raise TooMany(
            "Several files of your business are being uploaded already: send this one when they "
            "have arrived.",
            code="UPLOAD_QUOTA",
            retry_after=10.0,
        )
    room.left = _bytes_left(scope)
    room.uploads += 1
    _rooms[business] = room
    try:
        yield room
    finally:
        room.uploads -= 1
        if not room.uploads:
            del _rooms[business]


_rooms: dict[UUID, Room] = {}


def path_of(scope: Scope, upload_id: str) -> Path:
    """The path of an upload of this business.

    Raises NotFound for any other.
    """
    path = _path(scope, upload_id)
    if not _ID.fullmatch(upload_id) or not path.exists():
        raise NotFound("This upload has expired: send the file again.", code="UPLOAD_GONE")
    return path


def upload_folder() -> Path:
    """The folder for uploads until they are imported; only the owner can read it."""
    folder = settings.current().data_dir / "uploads"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


def _bytes_left(scope: Scope) -> int:
    """Bytes this business may still upload, less what has been written of arriving uploads.

    Deletes uploads older than a day first. Raises TooMany (UPLOAD_QUOTA) when there are none left.
    """
    sweep()
    mine = [_size(path) for path in upload_folder().glob(f"{scope.business_id.hex}-*")]
    left = MOST_BYTES_WAITING - sum(mine)
    if left <= 0 or len(mine) >= MOST_FILES_WAITING:
        raise _quota_exceeded()
    return left


def link_to(scope: Scope, path: Path) -> Path:
    """A link to a file of the operator, so that nothing is written beside the original."""
    link = _path(scope, uuid4().hex)
    link.symlink_to(path.resolve())
    return link


def discard(path: Path) -> None:
    """Delete an upload and its prepared copies, once its import has ended."""
    if path.parent == upload_folder():
        for file in path.parent.glob(f"{path.name}*"):
            file.unlink(missing_ok=True)


def sweep() -> None:
    """Delete uploads that are older than a day."""
    for path in upload_folder().iterdir():
        with suppress(FileNotFoundError):
            if time.time() - path.lstat().st_mtime > KEPT_SECONDS:
                path.unlink(missing_ok=True)


def _size(path: Path) -> int:
    with suppress(FileNotFoundError):
        return path.lstat().st_size
    return 0


def _quota_exceeded() -> TooMany:
    return TooMany(
        "Too many files of your business wait for their import. Finish or wait for those first; "
        "files that are not imported are deleted after a day.",
        code="UPLOAD_QUOTA",
        retry_after=600.0,
    )


def _path(scope: Scope, upload_id: str) -> Path:
    return upload_folder() / f"{scope.business_id.hex}-{upload_id}"
