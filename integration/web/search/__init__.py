"""The Search page: people, companies and sessions, as far as the viewer may find them."""
