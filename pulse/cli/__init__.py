"""The `pulse` command: thin, each subcommand calls a service and prints.

Services are imported inside the commands, so that `pulse --help` does not wait for them.
"""

from pulse.cli import (
    businesses,
    doctor,
    evaluation,
    imports,
    operations,
    retention,
    scaffold,
    serve,
    sign_in,
)
from pulse.cli.group import main

__all__ = [
    "businesses",
    "doctor",
    "evaluation",
    "imports",
    "main",
    "operations",
    "retention",
    "scaffold",
    "serve",
    "sign_in",
]
