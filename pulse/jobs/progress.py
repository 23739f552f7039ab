"""Progress on a terminal: a bar per step if possible, otherwise a line per step."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
)

Told = Callable[[str, int, int], None]
"""Called with the step, the amount done and the total."""


@contextmanager
def bars() -> Iterator[Told]:
    """Show reported progress on standard error inside the block."""
    console = Console(stderr=True)
    if not console.is_terminal:
        yield _lines(console)
        return
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=console) as progress:
        known: dict[str, TaskID] = {}

        def told(what: str, done: int, total: int) -> None:
            if what not in known:
                known[what] = progress.add_task(what, total=total)
            progress.update(known[what], completed=done, total=total)

        yield told


def _lines(console: Console) -> Told:
    said: set[str] = set()

    def told(what: str, done: int, total: int) -> None:
        if done >= total > 0 and what not in said:
            said.add(what)
            console.print(f"{what}: {total:,}", soft_wrap=True, highlight=False)

    return told
