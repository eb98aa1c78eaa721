"""Erasure: whom, where, what is left out, and the proof."""
