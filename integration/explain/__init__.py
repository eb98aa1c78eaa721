"""Explains why there is, or is not, an entry on a timeline."""
