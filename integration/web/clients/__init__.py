"""The pages Companies and People: external contacts, and who meets them."""
