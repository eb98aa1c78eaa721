"""Healing: finds what Zoom's REST API knows and no webhook reported, and adds it to the queue, from
which the next batch lands it like a delivery.
"""
