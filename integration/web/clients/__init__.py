"""The Companies and People pages: external contacts, and who meets them."""
