"""PostgreSQL: the embedded server, the pool, migrations, and `tenant(scope)`, the only door."""
