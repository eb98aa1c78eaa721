"""The keys of an installation: which ones its data was made with, and how they are replaced."""
