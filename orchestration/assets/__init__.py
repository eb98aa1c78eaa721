"""Assets: one table, or a few closely related tables, per file."""
