"""Zoom simulator: a fictional company, its working days, OAuth, REST API and webhooks, which
are sent by Zoom's own rules.

It does not depend on the product that it sends to. All generated data comes from a seed: the same
seed and date give the same bytes on every machine.
"""
