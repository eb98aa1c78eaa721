"""The tab Features: what is on, for whom."""
