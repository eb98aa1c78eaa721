"""The command line. Starts Dagster and the simulator as processes and imports neither."""
