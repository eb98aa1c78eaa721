"""Erasure: of which person or account, from where, what is redacted on arrival, and the proof."""
