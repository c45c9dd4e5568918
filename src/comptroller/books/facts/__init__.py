"""Fact tables: folding entries into rows on both time axes."""
