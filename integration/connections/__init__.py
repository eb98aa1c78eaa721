"""Zoom accounts connected to organizations: tokens, imported Zoom users, disconnecting."""
