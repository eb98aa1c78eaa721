"""Dagster only: assets, jobs, schedules and sensors, and what the Dagster UI shows."""
