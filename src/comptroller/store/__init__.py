"""The only door to SQL engines: SQL in, rows or Arrow tables out; no noun lives here."""
