"""Small hostile worlds, made from a seed: people, settings, sessions, calls, broken deliveries."""
