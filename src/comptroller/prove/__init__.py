"""Tests of policy: runs the examples of packs, and replays history under another pack."""

from comptroller.prove.examples import ExampleResult, Failure, prove
from comptroller.prove.replay import Difference, compare

__all__ = ["Difference", "ExampleResult", "Failure", "compare", "prove"]
