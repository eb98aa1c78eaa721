"""The Privacy page: what an organization keeps and shows, and how it is changed."""
