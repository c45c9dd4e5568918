"""Findings: list, detail page, and calls."""
