"""Calls for programs, under /api/v1: the same reach and the same refusals as the pages."""

from comptroller.desk.api import cases, checks, entries, events, policy, queries, reads, reports

CALLS = (reports, reads, policy, entries, queries, checks, cases, events)
"""The files that hold calls; each brings its router."""
