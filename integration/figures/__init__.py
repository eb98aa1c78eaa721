"""Figures of teams, read from the marts: for the page and for mails."""
