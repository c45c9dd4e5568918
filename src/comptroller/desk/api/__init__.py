"""Calls for programs, under /api/v1: the same reach and the same refusals as the pages."""
