"""Benchmarks of what the documentation claims, with peers: one module each, with `run()`."""
