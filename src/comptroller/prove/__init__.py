"""Does the policy do what it says? Runs the examples packs carry, and replays history under another pack."""

from comptroller.prove.examples import ExampleResult, Failure, prove
from comptroller.prove.replay import Difference, compare

__all__ = ["Difference", "ExampleResult", "Failure", "compare", "prove"]
