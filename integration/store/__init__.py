"""Postgres: connections, migrations, and one function per statement. Knows nothing of HTTP."""
