"""A change of settings: from when it counts, what it does, who made it."""
