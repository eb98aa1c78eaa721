"""One batch, from what waits to what is derived; free of Dagster."""
