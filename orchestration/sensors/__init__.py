"""Sensors, which request a run or say why none is needed. They contain no business rules."""
