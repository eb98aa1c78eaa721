"""Sensors: they look, and ask for a run or say why not. No business rule lives here."""
