"""What we claim, measured beside its peers: one module a benchmark, each with `run()`."""
