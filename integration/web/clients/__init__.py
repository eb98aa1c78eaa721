"""Companies and people outside, and who meets them."""
