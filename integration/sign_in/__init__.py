"""Who is signed in: links, sessions, and what signs them."""
