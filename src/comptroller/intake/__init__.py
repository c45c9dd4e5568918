"""May this be said? A report's file becomes facts, or refusals with the line, the field and the mend."""

from comptroller.intake.check import Checked, check, shape
from comptroller.intake.gather import read_ahead
from comptroller.model.said import Incoming

__all__ = ["Checked", "Incoming", "check", "read_ahead", "shape"]
