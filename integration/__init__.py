"""The Zoom integration as plain Python: reading Zoom, storing data, serving the page. Must not
import Dagster.
"""
