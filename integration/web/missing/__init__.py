"""The page Missing: why a session has no entry."""
