"""Files that exhaust memory, disk or time are refused while others are served."""

import asyncio
import gzip
import io
import time
import zipfile
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import polars as pl
import pytest

from pulse.auth.scope import Scope
from pulse.db.transaction import tenant
from pulse.errors import Invalid, TooMany
from pulse.imports import limited_decoding, uploads
from pulse.imports.preview import examine
from pulse.imports.runner import import_file
from pulse.jobs.subprocess_runner import Limits
from pulse.tabular.formats import archives, boxed_tables
from pulse.tasks import spawn
from tests.tabular.workbooks import workbook

pytestmark = pytest.mark.slow

LONGEST_PAUSE = 10.0  # seconds another business may wait meanwhile on a busy machine


def far_cell(reference: str) -> bytes:
    """Return a workbook with two customers and one cell far away from them."""
    plain = zipfile.ZipFile(io.BytesIO(workbook([["id", "email"], ["1", "a@b.example"]])))
    row = reference.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
    cell = f'<row r="{row}"><c r="{reference}" t="inlineStr"><is><t>x</t></is></c></row>'
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in plain.namelist():
            content = plain.read(name)
            if "/sheet1" in name:
                content = content.replace(b"</sheetData>", cell.encode() + b"</sheetData>")
            archive.writestr(name, content)
    return packed.getvalue()


def gzip_bomb() -> bytes:
    """Return a quarter of a megabyte that unpacks to 256 MB."""
    packed = io.BytesIO()
    with gzip.GzipFile(fileobj=packed, mode="wb") as file:
        file.write(b"id,name\n")
        for _ in range(256):
            file.write(b"1,Ann\n" * ((1 << 20) // 6))
    return packed.getvalue()


def parquet_bomb() -> bytes:
    """Return some kilobytes that hold a long text twenty thousand times."""
    packed = io.BytesIO()
    texts = pl.repeat("x" * 50_000, 20_000, eager=True, dtype=pl.String)
    frame = pl.DataFrame({"id": pl.int_range(20_000, eager=True), "name": texts})
    frame.lazy().sink_parquet(packed, compression="zstd")
    return packed.getvalue()


def json_bomb() -> bytes:
    """Return four megabytes that take eighty more when they are decoded."""
    line = b'{"id":"1","a":[' + b"[]," * 5_000 + b"[]]}"
    return b"[" + b",\n".join([line] * 270) + b"]"


BOMBS: dict[str, Callable[[], bytes]] = {
    "the farthest cell": lambda: far_cell("XFD1048576"),
    "a far cell": lambda: far_cell("CV1048576"),
    "gzip": gzip_bomb,
    "parquet": parquet_bomb,
    "json in utf-16": lambda: json_bomb().decode().encode("utf-16"),
}


class OtherBusiness:
    """Reads a customer repeatedly; records the longest wait."""

    def __init__(self, scope: Scope) -> None:
        self.longest = 0.0
        self.answers = 0
        self._scope = scope

    async def work(self) -> None:
        """Run until cancelled."""
        while True:
            begun = time.monotonic()
            async with tenant(self._scope) as unit:
                await unit.fetchval("SELECT count(*) FROM customers")
            await asyncio.sleep(0.01)
            self.longest = max(self.longest, time.monotonic() - begun)
            self.answers += 1


@pytest.mark.parametrize("name", BOMBS)
async def test_a_bomb_is_refused_while_others_are_served(
    shop: Scope, other_shop: Scope, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    megabytes = 64 if "json" in name else 512
    small = Limits(memory=megabytes << 20, file=256 << 20, seconds=30.0)
    monkeypatch.setattr(limited_decoding, "LIMITS", small)
    path = uploads.upload_folder() / f"{shop.business_id.hex}-bomb"
    path.write_bytes(await asyncio.to_thread(BOMBS[name]))
    other = OtherBusiness(other_shop)
    working = spawn(other.work(), name="another business")
    with pytest.raises(Invalid) as refused:
        await examine(shop, path)
    working.cancel()
    assert refused.value.code == "FILE_TOO_LARGE"
    assert beside(path) == [path.name]
    assert other.answers > 0
    assert other.longest < LONGEST_PAUSE


async def test_a_compressed_list_is_decoded_once_and_cleaned_up(
    shop: Scope, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mine = tmp_path / "customers.csv.gz"
    mine.write_bytes(gzip.compress(b"id;name\r1;Ann\r2;Bob\r"))
    upload_id = await uploads.receive(shop, _pieces(mine.read_bytes()))
    path = uploads.path_of(shop, upload_id)
    seen = await examine(shop, path)
    with monkeypatch.context() as without:
        without.delattr(limited_decoding, "run_limited")  # no second process
        assert (await examine(shop, path)).columns == seen.columns
    assert (await import_file(shop, mine, seen.mapping)).rows_new == 2
    assert beside(mine) == [mine.name]
    uploads.discard(path)
    assert not list(uploads.upload_folder().iterdir())


@pytest.mark.parametrize("marks", [("[", ",", "]"), ("", "\n", "\n")], ids=["list", "lines"])
async def test_json_is_decoded_in_another_process_unless_it_is_short(
    shop: Scope, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, marks: tuple[str, str, str]
) -> None:
    path = tmp_path / "customers.json"
    records = [f'{{"id": "{n}", "name": "Ann {n}", "shop": {{"n": {n}}}}}' for n in range(500)]
    begin, between, end = marks
    path.write_text(begin + between.join(records[:20]) + end)
    with monkeypatch.context() as alone:
        alone.delattr(limited_decoding, "run_limited")  # no second process
        short = await examine(shop, path)
    path.write_text(begin + between.join(records) + end)
    monkeypatch.delattr(archives, "json_to_csv")  # in this process only
    long = await examine(shop, path)
    names = [column.column for column in short.columns]
    assert [column.column for column in long.columns] == names
    assert (await import_file(shop, path, long.mapping)).rows_new == 500


async def test_a_drawn_line_is_examined_quickly() -> None:
    begun = time.monotonic()
    assert not boxed_tables.is_boxed("-" * 1_000_000 + "x")
    assert time.monotonic() - begun < 5.0  # an hour, if the time grew with the square


async def test_an_endless_line_is_refused(shop: Scope, tmp_path: Path) -> None:
    path = tmp_path / "long.csv"
    path.write_bytes(b"id,name\n1,Ann\n2," + b"x" * (24 << 20))
    with pytest.raises(Invalid, match="longer than 16 MB"):
        await examine(shop, path)


async def test_waiting_files_of_a_business_have_a_quota(
    shop: Scope, other_shop: Scope, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(uploads, "MOST_BYTES_WAITING", 3_000)
    await uploads.receive(shop, _pieces(b"x" * 2_000))
    with pytest.raises(TooMany, match="wait for their import"):
        await uploads.receive(shop, _pieces(b"x" * 2_000))
    await uploads.receive(other_shop, _pieces(b"x" * 2_000))
    assert len(list(uploads.upload_folder().iterdir())) == 2


async def test_uploads_that_arrive_together_share_the_quota(
    shop: Scope, other_shop: Scope, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(uploads, "MOST_BYTES_WAITING", 300_000)
    begun, more = asyncio.Event(), asyncio.Event()

    async def in_two_pieces() -> AsyncIterator[bytes]:
        yield b"x" * 60_000
        begun.set()
        await more.wait()
        yield b"x" * 60_000

    together = [
        spawn(uploads.receive(shop, in_two_pieces()), name="upload")
        for _ in range(uploads.MOST_ARRIVING)
    ]
    await begun.wait()
    with pytest.raises(TooMany, match="being uploaded already") as refused:
        await uploads.receive(shop, _pieces(b"x"))
    assert refused.value.retry_after > 0
    await uploads.receive(other_shop, _pieces(b"x"))
    more.set()
    ended = await asyncio.gather(*together, return_exceptions=True)
    assert sorted(type(one).__name__ for one in ended) == ["TooMany", "str", "str"]
    sizes = [one.stat().st_size for one in uploads.upload_folder().glob(f"{shop.business_id.hex}*")]
    assert sizes == [120_000, 120_000]
    await uploads.receive(shop, _pieces(b"x" * 60_000))


def beside(path: Path) -> list[str]:
    """Return the names of a file and of what was written beside it."""
    return [file.name for file in path.parent.glob(f"{path.stem}*")]


async def _pieces(content: bytes) -> AsyncIterator[bytes]:
    yield content
