"""WorkSights users: importing them, and choosing one on the page."""
