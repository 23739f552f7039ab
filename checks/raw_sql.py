"""How much raw SQL there is: queries are Piccolo's, apart from a few named modules."""

import re
from collections.abc import Iterator

from checks.limits import File, Tree

CALL = re.compile(r"\.(?:fetch|fetchrow|fetchval|execute|executemany)\(")
ENGINE = ("pulse/db/",)  # runs what others hand to it
OUTSIDE = 21  # call sites outside *_sql.py today; only ever lower this number, down to 0
INSIDE, FILES = 90, 20  # in *_sql.py: bulk writes, keyset lists, aggregates, full text


def find_excess(tree: Tree) -> Iterator[str]:
    """What is over the limits."""
    files = [file for file in tree.python if file.is_in("pulse/", "ui/", "widget_api/")]
    files = [file for file in files if not file.is_in(*ENGINE)]
    named = [file for file in files if file.path.endswith("_sql.py")]
    outside = _count([file for file in files if file not in named])
    if outside > OUTSIDE:
        yield f"{outside} raw SQL calls outside *_sql.py, at most {OUTSIDE}: use Piccolo"
    if _count(named) > INSIDE or len(named) > FILES:
        found = f"{_count(named)} raw SQL calls in {len(named)} *_sql.py files"
        yield f"{found}, at most {INSIDE} in {FILES}"


def _count(files: list[File]) -> int:
    return sum(len(CALL.findall(file.text)) for file in files)
