"""May this be said? A report's file becomes facts, or refusals with the line, the field and the mend."""

from comptroller.intake.batch import read_ahead
from comptroller.intake.validate import Checked, check, shape
from comptroller.model.report import Report

__all__ = ["Checked", "Report", "check", "read_ahead", "shape"]
