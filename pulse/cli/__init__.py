"""The `pulse` command: each subcommand calls a service and prints the result.

Services are imported inside the commands, so that `pulse --help` starts fast.
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
