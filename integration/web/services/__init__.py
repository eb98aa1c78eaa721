"""The list of services."""
