"""The cause of a cleared finding comes from the changes in its own docket, and from nothing else."""

from functools import lru_cache
from typing import Any

import pyarrow as pa
import pytest

from comptroller.evaluation.clearance_causes import by_policy, with_causes
from comptroller.evaluation.hashes import Key, key_hashes
from comptroller.evaluation.plan import Plan, plan
from comptroller.evaluation.working_set import Changes, Part
from comptroller.model.finding import FindingChange, Verdict
from comptroller.packs import gather_files, read_pack
from tests.worlds import PACKS

_RULE = "base/rules/payments/duplicate"
_MINE, _OTHER = {"entity": "G1", "payee": "X"}, {"entity": "G1", "payee": "Y"}


@lru_cache(maxsize=1)
def _plan() -> Plan:
    return plan(read_pack(gather_files([PACKS], "base"), "base"))


def _part(fact: int, **cells: str) -> Part:
    group = next(g for g in _plan().groups if any(r.name == _RULE for r in g.rules))
    rows = pa.table({**{name: [cell] for name, cell in cells.items()}, "fact": pa.array([fact])})
    return Part(rows, {f"docket {group.label}": key_hashes(rows, [Key(group.docket)])[Key(group.docket)]})


def _cause(came: list[Part], ended: list[Part], renewed: dict[str, Any], *, passes: bool = True) -> tuple[str, int]:
    """Return the cause of clearing a finding about payments of G1 to X, and the fact that caused it."""
    docket = int(next(iter(_part(0, **_MINE).hashes.values()))[0])
    verdict = Verdict(_RULE, ("G1", "P2"), docket, "G1", None, "", "{}", (1,))
    added = {"payment": came[0].rows} if came else {}
    changes = Changes({"payment": (*came, *ended)} if came or ended else {})
    rule = _plan().pack.rules[_RULE]
    ((_, turn),) = with_causes(
        [(rule, FindingChange("cleared", verdict, passes=passes))], _plan(), changes, added, renewed
    )
    return turn.how, turn.fact


@pytest.mark.parametrize(
    ("came", "ended", "renewed", "passes", "expected"),
    [
        ([_MINE], [], {}, True, ("added", 8)),
        ([_MINE], [_MINE], {}, True, ("corrected", 8)),
        ([], [_MINE], {}, True, ("retracted", 0)),
        ([_OTHER], [_MINE], {}, True, ("retracted", 0)),
        ([_MINE], [], {}, False, ("otherwise", 8)),
        ([_MINE], [], {"list_in_force": ("G1",)}, True, ("otherwise", 8)),
        ([_MINE], [], {"list_in_force": ("G2",)}, True, ("added", 8)),
        ([_OTHER], [], {"list_in_force": None}, True, ("lists", 0)),
        ([_OTHER], [], {}, True, ("around", 0)),
        ([], [], {"clock": None}, True, ("time", 0)),
    ],
)
def test_what_changed_in_the_docket_is_the_cause(
    came: list[dict[str, str]], ended: list[dict[str, str]], renewed: dict[str, Any], passes: bool, expected: Any
) -> None:
    """Facts of the docket that were added or ended, lists that bind the entity, and the clock are different causes."""
    assert (
        _cause(
            [_part(8, **change) for change in came], [_part(1, **change) for change in ended], renewed, passes=passes
        )
        == expected
    )


def test_another_policy_is_the_cause_of_all_that_it_ends() -> None:
    """What is gone with an adopted policy is gone by it; what it raises is not."""
    verdict = Verdict(_RULE, ("G1", "P2"), 1, "G1", None, "", "{}", (1,))
    turns = by_policy([FindingChange("cleared", verdict), FindingChange("raised", verdict)])
    assert [turn.how for turn in turns] == ["policy", ""]
