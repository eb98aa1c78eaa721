"""The Users page: Zoom users and their mappings."""
