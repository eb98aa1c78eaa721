"""The Missing page: why a session has no entry."""
