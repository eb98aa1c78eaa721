"""Erasure: whom to forget, what of each event speaks of them, and the proof that they are gone.

Between the store, which knows the tables, and the identity rules, which know when two spellings
are one person.
"""
