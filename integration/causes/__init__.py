"""Causes: what keeps sessions off timelines, and who can do what about it.

One table (`table.py`) has every cause with its words; small modules find which of them are open.
The page shows them, and `notify` sends each once. Nothing here knows a page or a mail.
"""
