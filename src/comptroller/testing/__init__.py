"""Tests of policy: runs the examples of packs, and replays history under another pack."""

from comptroller.testing.examples import ExampleResult, Failure, prove
from comptroller.testing.replay import Difference, compare

__all__ = ["Difference", "ExampleResult", "Failure", "compare", "prove"]
