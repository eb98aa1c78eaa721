"""The page Features: what is switched on for the organization and for each person."""
