"""Postgres: how it is opened, which schema it has, how rows are read."""
