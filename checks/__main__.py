"""`python -m checks`: print every breach; the exit code is 1 when there is one."""

import sys
from pathlib import Path

from checks.limits import Tree, breaches
from checks.raw_sql import find_excess
from checks.structure import find_structure_breaches
from checks.tenancy_bypass import find_bypasses
from tools import texts


def main() -> int:
    """Print all breaches, one line each."""
    tree = Tree.tracked(Path(__file__).parent.parent)
    found = [
        *breaches(tree),
        *find_structure_breaches(tree),
        *find_bypasses(tree),
        *find_excess(tree),
        *texts.breaches(tree.root),
    ]
    for line in found:
        print(line)  # noqa: T201 - this is a command's output
    print(f"checked {len(tree.files)} files, {len(found)} breaches")  # noqa: T201
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
