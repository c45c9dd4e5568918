"""Intake: the file of a report becomes facts, or refusals with line, field and fix."""

from comptroller.intake.batch import read_ahead
from comptroller.intake.validate import Checked, check, shape
from comptroller.model.report import Report

__all__ = ["Checked", "Report", "check", "read_ahead", "shape"]
