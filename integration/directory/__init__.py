"""WorkSights users: where they come from, and how one is chosen on the page."""
