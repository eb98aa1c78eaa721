"""Deletes data that is kept for a limited time: one job, once a night, with one list of rules."""
