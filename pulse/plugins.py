"""Packages that extend Pulse: entry points, loaded when their registry is first read.

`pulse.metric_kinds`, `pulse.card_triggers` and `pulse.channels` are read in every role (also worker
and api); `pulse.views` only by the dashboard.
"""

from functools import cache
from importlib.metadata import entry_points

from pulse import logs


@cache
def load_plugins(group: str) -> tuple[str, ...]:
    """Import every module that installed packages register in this group, once per process.

    A module that cannot be imported is logged and skipped: it must not stop Pulse. Returns the
    names of the loaded entry points.
    """
    loaded = []
    for entry in entry_points(group=group):
        try:
            entry.load()
        except Exception as failure:  # other packages' code may raise anything
            logs.failure("plugin_failed", failure, group=group, entry_point=entry.name)
        else:
            loaded.append(entry.name)
    return tuple(loaded)
