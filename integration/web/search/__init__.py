"""The page Search: people, companies and sessions, as far as the viewer may find them."""
