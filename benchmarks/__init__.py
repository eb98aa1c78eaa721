"""Performance measurements: commands that print the ratio to a floor measured in the same run."""
