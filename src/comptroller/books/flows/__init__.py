"""Flows of money, goods and guarantees: circles and fans."""
