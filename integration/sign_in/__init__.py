"""Sign-in: one-time links, sessions, and the signatures on both."""
