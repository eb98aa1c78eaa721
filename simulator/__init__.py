"""A pretend Zoom: a company, its working days, OAuth, REST and webhooks sent by Zoom's own rules.

It knows nothing of the product it is pointed at. Everything made up comes from a seed: the same
seed and date give the same bytes on every machine.
"""
