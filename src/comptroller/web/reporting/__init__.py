"""Reporting: forms, uploads, templates and the error sheet."""
