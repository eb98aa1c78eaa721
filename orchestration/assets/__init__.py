"""Assets: one table, or one tight family of tables, per file."""
