"""The only interface to SQL engines: SQL in, rows or Arrow tables out; no domain terms."""
