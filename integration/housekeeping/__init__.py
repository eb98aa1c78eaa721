"""Deletes what is kept only for a time: one job, once a night, with one list of rules."""
