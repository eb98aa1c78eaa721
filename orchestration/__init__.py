"""Dagster, and only Dagster: what runs when, in which order, and what people see of it."""
