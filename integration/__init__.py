"""The Zoom integration as plain Python: what Zoom is, what is stored, what is served. Knows nothing
of Dagster.
"""
