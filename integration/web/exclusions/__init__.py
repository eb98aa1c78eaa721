"""The page of exclusions: who and what is hidden or never stored."""
