"""Addresses: which wait, what decides, what they mean."""
