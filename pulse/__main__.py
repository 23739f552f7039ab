"""Run the `pulse` command as `python -m pulse`."""

from pulse.cli import main

main()
