"""Table models: rows by key, changed rows only."""
