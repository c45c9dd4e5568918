"""Entities: register pages, ownership, control and history."""
