"""The steps of a batch, from waiting deliveries to derived tables. Must not import Dagster."""
