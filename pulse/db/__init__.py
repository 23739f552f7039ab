"""PostgreSQL: the embedded server, the pool, migrations, and `tenant(scope)` for tenant data."""
