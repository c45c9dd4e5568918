"""Laws of reading past the engine: for any damaged page, every row that is whole elsewhere is found, and no other."""

import random
from datetime import UTC, datetime
from pathlib import Path

from comptroller.ledger.entry import Accepted
from comptroller.ledger.ledger import Ledger
from comptroller.ledger.pages import Pages, blob_rows, checkpoint_rows, entry_rows, leaf_tiles, lost_entries
from comptroller.ledger.verify import verify
from tests.ledger.test_verify import KEY, SIZE, fill

AT = datetime(2025, 1, 1, tzinfo=UTC)


def rows(path: Path) -> dict[int, tuple[bytes, bytes | None]]:
    """Return header and payload of each entry found."""
    pages = Pages(path)
    found = {row.number: (row.header, row.payload) for row in entry_rows(pages)}
    pages.close()
    return found


def test_a_whole_ledger_is_read_as_the_engine_reads_it(tmp_path: Path) -> None:
    """Entries of every length, with what overflows and what lies in the write-ahead log, checkpoints, blobs and tiles."""
    path = tmp_path / "ledger"
    fill(path)
    with Ledger.open(path, KEY) as ledger:
        sizes = (0, 1, 3000, 3900, 3901, 4055, 4061, 4062, 8000, 50_000)
        ledger.append([Accepted(bytes([65 + n]) * size, "json", "r") for n, size in enumerate(sizes)], AT)
        ledger.erase(7)
        ledger.append([Accepted(b"in the log", "json", "r")], AT)
        expected = {one.number: (one.header, one.payload) for one in ledger.entries()}
        assert rows(path) == expected
        pages = Pages(path)
        assert {size for size, _ in checkpoint_rows(pages)} == {size for size, _, _ in ledger.checkpoints()}
        assert len(list(blob_rows(pages))) == 1
        assert [(place, len(hashes)) for place, hashes in leaf_tiles(pages)] == [(0, 8192)]
        pages.close()
    assert rows(path) == expected
    assert lost_entries(path) == []


def test_each_damaged_page_loses_its_own_rows_and_the_lost_are_named(tmp_path: Path) -> None:
    """Page after page zeroed or garbled: the verdict is never sound, names what is lost, and the rest is found unchanged."""
    path = tmp_path / "ledger"
    fill(path)
    raw, whole, chance = path.read_bytes(), rows(path), random.Random(7)
    losses = 0
    for page in range(len(raw) // 4096):
        for content in (bytes(4096), chance.randbytes(4096)):
            path.write_bytes(raw[: page * 4096] + content + raw[(page + 1) * 4096 :])
            found = rows(path)
            assert all(whole[number] == row for number, row in found.items())
            verdict = verify(path, KEY.verifier)
            assert not verdict.is_sound
            missing = whole.keys() - found.keys()
            assert missing <= set(verdict.lost) | ({SIZE} if not verdict.lost else set())
            losses += bool(missing)
            if missing and verdict.problem:
                assert verdict.problem.entry == min(missing)
    assert losses > 20


def test_garbage_of_any_length_is_no_trace(tmp_path: Path) -> None:
    """Cut, garbled and foreign files return what they contain, possibly nothing."""
    path, chance = tmp_path / "ledger", random.Random(9)
    fill(path)
    raw = path.read_bytes()
    for content in (b"", b"x", raw[:50], raw[:5000], chance.randbytes(9000), raw[:100] + chance.randbytes(20_000)):
        path.write_bytes(content)
        assert len(rows(path)) < SIZE
        lost_entries(path)
    for _ in range(60):
        bent = bytearray(raw)
        for _ in range(30):
            bent[chance.randrange(len(bent))] = chance.randrange(256)
        path.write_bytes(bent)
        rows(path)
    assert lost_entries(tmp_path / "none") == []
