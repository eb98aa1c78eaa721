"""Zoom simulator: a fictional company, its working days, OAuth, REST API and webhooks, which it
sends by Zoom's rules.

It does not depend on the product that receives them. All data is generated from a seed: the same
seed and date result in the same bytes on every machine.
"""
