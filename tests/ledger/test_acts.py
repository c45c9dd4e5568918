"""Laws of acts about a ledger: each missing payload is held against an act, and each act against the payloads."""

import sqlite3
from datetime import UTC, datetime
from pathlib import Path

import pytest

from comptroller.ledger.acts import ERASURE, Erasure, acts_of, numbers_text
from comptroller.ledger.entry import Accepted
from comptroller.ledger.key import make_key
from comptroller.ledger.ledger import Ledger
from comptroller.ledger.verdict import VerifyResult
from comptroller.ledger.verify import verify

KEY = make_key("owner.example/ledger", bytes(32))
AT = datetime(2024, 1, 1, tzinfo=UTC)


def act_on(ledger: Ledger, *numbers: int, leaf: str = "") -> Erasure:
    """Return an act of erasure that lists these entries with their actual hashes."""
    entries = [ledger.entry(number) for number in numbers]
    listed = tuple((one.number, leaf or one.leaf.hex(), str(one.fields["payload_sha256"])) for one in entries)
    return Erasure("Li", "Wang", "asked for", "Source, art. 1", listed)


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    """Return a ledger of four reports, one of them with the words of an act."""
    made = Ledger.create(tmp_path / "ledger", KEY.name, KEY, AT)
    for name in ("a", "b", '"media":"erasure"', "d"):
        made.append([Accepted(name.encode(), "json", "r", name=name)], AT)
    return made


def look(ledger: Ledger) -> VerifyResult:
    """Return the result of `verify`."""
    return verify(ledger.path, KEY.verifier)


def test_an_erasure_with_its_act_is_sound_and_a_gap_without_is_named(ledger: Ledger) -> None:
    """The payload that an act lists may be missing; another is named, whether it went before the act or after."""
    ledger.append([Accepted(act_on(ledger, 2).to_json(), ERASURE, "o", kind=ERASURE)], AT)
    waiting = look(ledger).problem
    assert waiting is not None, "an act of which the payload is still there is said"
    assert (waiting.code, waiting.entry) == ("ledger.erasure", 2)
    ledger.erase(2)
    verdict = look(ledger)
    assert (verdict.is_sound, verdict.erased, verdict.acts) == (True, (2,), ((5, ERASURE),))
    for number in (1, 4, 5):
        ledger.erase(number)
        problem = look(ledger).problem
        assert problem is not None
        assert (problem.code, problem.entry) == ("ledger.payload", 1)


def test_an_act_that_lists_what_is_not_so_is_named(ledger: Ledger) -> None:
    """An act that lists another leaf, a later entry or nothing readable excuses nothing."""
    for payload in (act_on(ledger, 1, leaf="00" * 32).to_json(), b"{}", b"", b"[1]"):
        ledger.append([Accepted(payload, ERASURE, "o", kind=ERASURE)], AT)
        problem = look(ledger).problem
        assert problem is not None
        assert (problem.code, problem.entry) == ("ledger.erasure", 5)
    ledger.erase(1)
    problem = look(ledger).problem
    assert problem is not None
    assert problem.entry == 1


def test_a_forged_act_does_not_follow_from_the_tree(ledger: Ledger) -> None:
    """Who writes an act into the file without the key is found by the checkpoint that is missing over it."""
    payload = act_on(ledger, 1).to_json()
    with sqlite3.connect(ledger.path) as store:
        store.execute("UPDATE entry SET payload = NULL WHERE number = 1")
        store.execute(
            "INSERT INTO entry SELECT 5, received_at, payload_key, leaf, header, ? FROM entry WHERE number = 4",
            (payload,),
        )
    store.close()
    assert not look(ledger).is_sound


def test_acts_are_read_back_and_nothing_else_is_one(ledger: Ledger) -> None:
    """An act comes back as it was; a report that mentions one, and texts that are none, are not."""
    act = act_on(ledger, 1, 3)
    assert Erasure.from_json(act.to_json()) == act
    for wrong in (
        b"",
        b"[]",
        b'{"by": 1}',
        act.to_json().replace(b'"Li"', b'""'),
        act.to_json().replace(b'"entry":1', b'"entry":true'),
    ):
        with pytest.raises(ValueError, match="act of erasure"):
            Erasure.from_json(wrong)
    ledger.append([Accepted(act.to_json(), ERASURE, "o", kind=ERASURE)], AT)
    assert [number for number, _ in acts_of(ledger.entries(), ERASURE)] == [5]
    assert sorted(ledger.erased()) == [1, 3]
    assert numbers_text([]) == ""
