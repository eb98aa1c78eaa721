"""Why there is, or is not, an entry."""
