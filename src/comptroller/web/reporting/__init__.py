"""Reporting: forms, uploads, templates and the sheet with marked errors."""
