"""Postgres: connecting, migrations, reading rows."""
