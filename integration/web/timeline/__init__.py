"""The Timeline page: a user's day."""
