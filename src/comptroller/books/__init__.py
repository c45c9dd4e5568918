"""What is known? Entries folded into tables: facts on both time axes, the register, lists, parameters, the calendar."""

from comptroller.books.fold import Books, Change

__all__ = ["Books", "Change"]
