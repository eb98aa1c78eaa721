"""A package, so that its package-scoped browser closes after the last test in it."""
