"""A finding: the current result of a rule about a subject, with its evidence frozen at that moment."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

SUSPENDED = "rule VARCHAR, fingerprint VARCHAR, message VARCHAR, known BIGINT"
"""Columns of the table `suspended_rule`: texts of rules that failed on facts, judged again when the text changes."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """The result of a rule for one subject: found with evidence, not judged because data is missing, or
    excluded with a reason.
    """

    rule: str
    subject: tuple[Any, ...]
    docket: int
    entity: str
    since: date | None
    missing: str
    evidence: str
    entries: tuple[int, ...]
    excluded: str = ""

    @property
    def answer(self) -> str:
        """Return which of the four answers it is; a clear subject has no verdict."""
        return "not_applicable" if self.excluded else "not_judged" if self.missing else "found"

    @property
    def finding(self) -> str:
        """Return the finding's id: the same for the same rule and subject."""
        return finding_id(self.rule, self.subject)


BY_FACTS = ("added", "corrected")
"""How a finding ends that was corrected: new facts were added to the old ones, or replaced them."""
LAPSED = ("lists", "time", "policy")
"""How a finding ends that was not corrected: only a list, the clock or the policy changed."""
HOWS = (*BY_FACTS, "retracted", "around", "otherwise", *LAPSED)
"""How a finding ends. Beside those above: facts were retracted, the surroundings of the subject changed, or the
rule no longer applies.
"""


@dataclass(frozen=True, slots=True)
class FindingChange:
    """A verdict that is new, changed or gone: one version of a finding.

    For a verdict that is gone, `passes` is true if its rule applies and finds nothing, and `how` is one of `HOWS`.
    `fact` is the last fact that caused the change, or 0.
    """

    state: str
    verdict: Verdict
    how: str = ""
    fact: int = 0
    passes: bool = False


def finding_id(rule: str, subject: tuple[Any, ...]) -> str:
    """Return a short id of the rule and the subject: `F-` and 16 letters of base 32 (80 bits of SHA-256)."""
    text = _compact([rule, [plain(value) for value in subject]])
    bits = int.from_bytes(hashlib.sha256(text.encode()).digest()[:10], "big")
    return "F-" + "".join([_PAIRS[(bits >> at) & 1023] for at in _PLACES])


def plain(value: Any) -> Any:
    """Return a value in its JSON form: days and instants in ISO form, decimals without trailing zeros."""
    if type(value) in AS_IT_IS:  # the most frequent types first
        return value
    if isinstance(value, Decimal):
        text = format(value.normalize(), "f")
        return int(text) if "." not in text and abs(value) < 2**53 else text
    if isinstance(value, (date, datetime)):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {str(k): plain(v) for k, v in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(v) for v in value]
    return value


AS_IT_IS: frozenset[type] = frozenset((str, int, float, bool, type(None)))
"""Types that JSON represents directly."""
_compact = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
_LETTERS = "abcdefghijklmnopqrstuvwxyz234567"
_PAIRS = [one + other for one in _LETTERS for other in _LETTERS]
_PLACES = range(70, -1, -10)
