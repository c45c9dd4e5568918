"""Laws of the ledger: accepted reports are stored in order, proved, found again, and never changed."""

import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

from comptroller.ledger.entry import Accepted, check_receipt
from comptroller.ledger.key import make_key
from comptroller.ledger.ledger import Ledger
from comptroller.ledger.schema import BrokenChain
from comptroller.ledger.tree import check_consistency, root_of
from comptroller.ledger.verify import verify
from comptroller.store.sqlite import StoreDown

ORIGIN = "owner.example/ledger"
KEY = make_key(ORIGIN, bytes(range(32)))
BEGAN = datetime(2024, 1, 1, tzinfo=UTC)


def report(text: str, **more: object) -> Accepted:
    """Make a small report."""
    return Accepted(text.encode(), "json", "reporter", **more)  # type: ignore[arg-type]


def at(second: int) -> datetime:
    """Return an instant after the beginning."""
    return BEGAN + timedelta(seconds=second)


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    """Yield an empty ledger."""
    with Ledger.create(tmp_path / "ledger", ORIGIN, KEY, BEGAN) as made:
        yield made


def test_what_is_appended_is_kept(ledger: Ledger) -> None:
    """Entries come back in order, with their numbers, instants, payloads and headers."""
    ledger.append([report("a"), report("b")], at(1))
    given_back = ledger.append(
        [report("\u4ed8\u6b3e", kind="payment", name="\u4ed8.json", note={"signed_by": "x"})], at(2)
    )
    assert (given_back.first, given_back.last, ledger.size) == (3, 3, 3)
    assert [(entry.number, entry.payload, entry.received_at) for entry in ledger.entries()] == [
        (1, b"a", at(1)),
        (2, b"b", at(1)),
        (3, "\u4ed8\u6b3e".encode(), at(2)),
    ]
    assert ledger.entry(3).fields["name"] == "\u4ed8.json"
    assert ledger.entry(3).leaf == given_back.leaves[0]
    assert [entry.number for entry in ledger.entries(2, 2)] == [2]
    with pytest.raises(LookupError):
        ledger.entry(4)


def test_time_never_runs_backwards(ledger: Ledger) -> None:
    """An instant before the last, or before the ledger began, is rejected and nothing is stored; an equal one
    is accepted.
    """
    with pytest.raises(ValueError, match="backwards"):
        ledger.append([report("a")], BEGAN - timedelta(microseconds=1))
    ledger.append([report("a")], at(5))
    ledger.append([report("b")], at(5))
    with pytest.raises(ValueError, match="backwards"):
        ledger.append([report("c")], at(4))
    assert ledger.size == 2
    assert verify(ledger.path, KEY.verifier).is_sound


def test_a_group_is_kept_whole_or_not_at_all(ledger: Ledger) -> None:
    """A group with one report that cannot be stored leaves nothing, and the next one is appended as if it never was."""
    ledger.append([report("a")], at(1))
    with pytest.raises(ValueError, match="attaches"):
        ledger.append([report("b"), report("c", attachments=("ab" * 32,))], at(2))
    with pytest.raises(ValueError):  # noqa: PT011
        ledger.append([report("b"), report("c", kind="\ud800")], at(2))
    with pytest.raises(ValueError, match="nothing"):
        ledger.append([], at(2))
    assert ledger.append([report("d")], at(2)).first == 2
    assert verify(ledger.path, KEY.verifier).is_sound


def test_blobs_are_kept_once_and_only_when_attached(ledger: Ledger) -> None:
    """A blob is stored under its hash when a report attaches it; an unattached or misnamed one is rejected."""
    content = b"SELECT 1"
    named = sha256(content).hexdigest()
    for blobs in ({named: b"other"}, {sha256(b"x").hexdigest(): b"x"}):
        with pytest.raises(ValueError, match="blob"):
            ledger.append([report("a", attachments=(named,))], at(1), blobs)
    ledger.append([report("a", attachments=(named,))], at(1), {named: content})
    ledger.append([report("b", attachments=(named,))], at(1), {named: content})
    ledger.append([report("c", attachments=(named,))], at(1))
    assert ledger.blob(named) == content
    with pytest.raises(LookupError):
        ledger.blob("00" * 32)
    assert verify(ledger.path, KEY.verifier).is_sound


def test_a_payload_sent_again_is_found(ledger: Ledger) -> None:
    """A payload is found by its hash at its first entry, after erasure too, and a stranger is not."""
    ledger.append([report("a"), report("b"), report("b")], at(1))
    digest = sha256(b"b").hexdigest()
    assert ledger.find(digest) == 2
    ledger.erase(2)
    assert ledger.find(digest) == 2
    assert ledger.find(sha256(b"c").hexdigest()) is None


def test_erasing_leaves_the_proof(ledger: Ledger) -> None:
    """An erased payload is gone from the file, byte for byte, while receipts and the verdict remain valid."""
    secret = b"a person's name" * 1000
    ledger.append([Accepted(secret, "json", "r"), report("b")], at(1))
    before = ledger.receipt(1)
    assert ledger.erase(1)
    assert ledger.entry(1).is_erased
    assert ledger.receipt(1) == before
    assert check_receipt(before, ledger.entry(1).header, KEY.verifier) == []
    verdict = verify(ledger.path, KEY.verifier, erased={1})
    assert (verdict.is_sound, verdict.erased) == (True, (1,))
    kept = b"".join(file.read_bytes() for file in ledger.path.parent.iterdir())
    assert b"a person's name" not in kept
    with pytest.raises(LookupError):
        ledger.erase(3)


def test_every_checkpoint_is_kept_and_every_entry_has_a_receipt(ledger: Ledger) -> None:
    """Each group's checkpoint is listed with its instant, and proves each entry before it, and follows from the earlier."""
    leaves: list[bytes] = []
    for second, width in enumerate((1, 2, 300, 1, 256, 17), 1):
        leaves += ledger.append([report(f"{second}-{each}") for each in range(width)], at(second)).leaves
    kept = list(ledger.checkpoints())
    assert [(size, instant) for size, instant, _ in kept] == [
        (0, BEGAN),
        (1, at(1)),
        (3, at(2)),
        (303, at(3)),
        (304, at(4)),
        (560, at(5)),
        (577, at(6)),
    ]
    for size, _, text in kept:
        head = ledger.checkpoint(size)
        assert (head.text, head.root) == (text, root_of(leaves[:size]))
        proof = ledger.consistency(size)
        assert check_consistency(size, 577, proof, old_root=head.root, new_root=root_of(leaves))
        for number in {1, size // 2, size} - {0}:
            if number <= size:
                receipt = ledger.receipt(number, size)
                assert check_receipt(receipt, ledger.entry(number).header, KEY.verifier) == []
    for size in (2, 578):
        with pytest.raises(LookupError):
            ledger.receipt(1, size)
    with pytest.raises(LookupError):
        ledger.receipt(304, 303)
    with pytest.raises(LookupError):
        ledger.consistency(3, 578)


def test_the_size_at_an_instant(ledger: Ledger) -> None:
    """The size at an instant counts what was received up to and including it."""
    for second, width in ((1, 2), (3, 1), (3, 4), (9, 1)):
        ledger.append([report("x")] * width, at(second))
    assert [ledger.size_at(at(second)) for second in (0, 1, 2, 3, 8, 9, 99)] == [0, 2, 2, 7, 7, 8, 8]


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.integers(1, 400), st.booleans()), min_size=1, max_size=8))
def test_reopening_changes_nothing(tmp_path_factory: pytest.TempPathFactory, groups: list[tuple[int, bool]]) -> None:
    """A ledger closed and reopened at any point grows to the same tree as one that stayed open."""
    folder = tmp_path_factory.mktemp("twice")
    staying = Ledger.create(folder / "staying", ORIGIN, KEY, BEGAN)
    closing = Ledger.create(folder / "closing", ORIGIN, KEY, BEGAN)
    for second, (width, is_closed) in enumerate(groups):
        reports = [report(f"{second}-{each}") for each in range(width)]
        assert staying.append(reports, at(second)) == closing.append(reports, at(second))
        if is_closed:
            closing.close()
            closing = Ledger.open(folder / "closing", KEY)
    assert closing.size == staying.size
    staying.close()
    closing.close()
    assert verify(folder / "closing", KEY.verifier).is_sound


def test_two_writers_take_turns(ledger: Ledger) -> None:
    """Two open ledgers on one file append in turns without a gap, and each reads what the other wrote."""
    with Ledger.open(ledger.path, KEY) as other:
        for second in range(6):
            (ledger, other)[second % 2].append([report(str(second))] * 50, at(second))
        assert ledger.size == other.size == 300
        with pytest.raises(ValueError, match="backwards"):
            ledger.append([report("late")], at(4))
    assert verify(ledger.path, KEY.verifier).is_sound


def test_a_reader_follows_the_writer(ledger: Ledger) -> None:
    """A ledger opened to read sees each group when it is durable, proves it, and cannot write."""
    with Ledger.open(ledger.path, readonly=True) as reader:
        for second in range(3):
            ledger.append([report("x")] * 300, at(second))
            assert reader.size == ledger.size
            assert reader.receipt(1) == ledger.receipt(1)
        with pytest.raises(ValueError, match="without its key"):
            reader.append([report("x")], at(9))
        with pytest.raises(ValueError, match="without its key"):
            reader.erase(1)


def test_what_is_no_ledger_is_refused_by_name(tmp_path: Path) -> None:
    """A missing file, another file, another database, an existing path and another key are each rejected."""
    with pytest.raises(FileNotFoundError):
        Ledger.open(tmp_path / "none")
    (tmp_path / "text").write_text("nothing of the kind" * 100)
    with pytest.raises(StoreDown):
        Ledger.open(tmp_path / "text")
    sqlite3.connect(tmp_path / "other").execute("CREATE TABLE t (x)").connection.close()
    with pytest.raises(BrokenChain, match="not a ledger"):
        Ledger.open(tmp_path / "other")
    with pytest.raises(ValueError, match="origin"):
        Ledger.create(tmp_path / "wrong", "another.example", KEY, BEGAN)
    Ledger.create(tmp_path / "ledger", ORIGIN, KEY, BEGAN).close()
    with pytest.raises(FileExistsError):
        Ledger.create(tmp_path / "ledger", ORIGIN, KEY, BEGAN)
    with pytest.raises(ValueError, match="charter names"):
        Ledger.open(tmp_path / "ledger", make_key(ORIGIN, bytes(32)))


def test_nothing_is_appended_to_a_broken_end(ledger: Ledger) -> None:
    """A ledger with a last checkpoint that does not follow from its entries does not open."""
    ledger.append([report("a"), report("b")], at(1))
    ledger.close()
    driver = sqlite3.connect(ledger.path)
    with driver:
        driver.execute("DELETE FROM entry WHERE number = 2")
    driver.close()
    with pytest.raises(BrokenChain, match="checkpoint"):
        Ledger.open(ledger.path, KEY)


@pytest.mark.parametrize("text", [None, 7, "words"])
def test_a_checkpoint_that_is_no_text_is_a_broken_chain(ledger: Ledger, text: object) -> None:
    """A last checkpoint that is damaged to nothing or to a number is named on opening, and found by `verify`."""
    path, allowed = ledger.path, "text BLOB NOT NULL) STRICT"
    ledger.append([report("a")], at(1))
    ledger.close()
    for sql in (
        f"UPDATE sqlite_schema SET sql = replace(sql, '{allowed}', 'text)') WHERE name = 'checkpoint'",
        "UPDATE checkpoint SET text = ? WHERE size = (SELECT max(size) FROM checkpoint)",
        f"UPDATE sqlite_schema SET sql = replace(sql, 'text)', '{allowed}') WHERE name = 'checkpoint'",
    ):
        driver = sqlite3.connect(path)
        driver.execute("PRAGMA writable_schema = ON")
        with driver:
            driver.execute(sql, (text,) if "?" in sql else ())
        driver.close()
    assert not verify(path, KEY.verifier, erased=()).is_sound
    with pytest.raises((StoreDown, BrokenChain)):
        Ledger.open(path, readonly=True)
