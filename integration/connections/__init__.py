"""Zoom accounts joined to organizations: tokens, imported Zoom users, their end."""
