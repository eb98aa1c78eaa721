"""The page Privacy: what an organization keeps and shows, and how it is changed."""
