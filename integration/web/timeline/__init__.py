"""The page Timeline: a user's day."""
