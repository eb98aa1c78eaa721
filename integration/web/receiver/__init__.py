"""Zoom's deliveries."""
