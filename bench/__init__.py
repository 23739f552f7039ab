"""What we claim, measured beside its peers in one run: one module a benchmark, each with `run()`."""
