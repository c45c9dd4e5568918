"""Timelines: one matter from decision to payment, and payment circles."""
