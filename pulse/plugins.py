"""Packages that extend Pulse: entry points, loaded where their registry is first read.

`pulse.metric_kinds`, `pulse.card_triggers` and `pulse.channels` are read in every role (worker and
api too); `pulse.views` by the dashboard alone.
"""

from functools import cache
from importlib.metadata import entry_points

from pulse import logs


@cache
def load_plugins(group: str) -> tuple[str, ...]:
    """Import every module that installed packages name in this group, once per process.

    A module that cannot be imported is logged and left out: it must not stop Pulse. Returns the
    names of the loaded entry points.
    """
    loaded = []
    for entry in entry_points(group=group):
        try:
            entry.load()
        except Exception as failure:  # foreign code may fail in any way
            logs.failure("plugin_failed", failure, group=group, entry_point=entry.name)
        else:
            loaded.append(entry.name)
    return tuple(loaded)
