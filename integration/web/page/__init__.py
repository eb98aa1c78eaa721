"""Shared by all pages: the visit, rights, navigation, templates."""
