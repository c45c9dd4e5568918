"""What is done about it? Findings open cases, lines and entities move them, clocks run, until they are verifiably closed."""

from comptroller.cases.room import Cases

__all__ = ["Cases"]
