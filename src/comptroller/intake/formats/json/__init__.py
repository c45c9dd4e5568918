"""JSON reports: envelope, rows and columns."""
