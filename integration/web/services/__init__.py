"""The Services page."""
