"""The page Users: Zoom users and their mappings."""
