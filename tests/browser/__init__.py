"""A package, so that its browser ends with its last test (a fixture of the scope "package")."""
