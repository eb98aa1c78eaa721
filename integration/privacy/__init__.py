"""Erasure: removes a person or an account, redacts new data on arrival, and verifies the result."""
