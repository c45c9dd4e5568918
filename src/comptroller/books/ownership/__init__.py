"""Ownership: stakes, control, effective shares and their issues."""
