"""Dagster only: what runs when, in which order, and what people see of it."""
