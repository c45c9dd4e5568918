"""Laws of the verdict: any byte changed anywhere is found and named, and no mangled file makes it crash."""

import random
import shutil
import sqlite3
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from comptroller.ledger.checkpoint import sign_checkpoint
from comptroller.ledger.entry import Accepted
from comptroller.ledger.key import make_key
from comptroller.ledger.ledger import Ledger
from comptroller.ledger.schema import BrokenChain
from comptroller.ledger.verify import VerifyResult, verify
from comptroller.store.sqlite import StoreDown

ORIGIN = "owner.example/ledger"
KEY = make_key(ORIGIN, bytes(range(32)))
BEGAN = datetime(2024, 1, 1, tzinfo=UTC)
BLOB = b"SELECT 1 AS mapping"
GROUPS = (3, 1, 260, 8, 5)
SIZE = sum(GROUPS)


def fill(path: Path, groups: tuple[int, ...] = GROUPS, *, word: str = "fact") -> list[str]:
    """Write a ledger with blobs, full tiles and several groups; returns its checkpoints."""
    named = sha256(BLOB).hexdigest()
    with Ledger.create(path, ORIGIN, KEY, BEGAN) as ledger:
        for second, width in enumerate(groups, 1):
            reports = [
                Accepted(f"{word} {second} {each}".encode(), "json", "r", attachments=(named,) if second == 2 else ())
                for each in range(width)
            ]
            ledger.append(reports, BEGAN + timedelta(seconds=second), {named: BLOB} if second == 2 else {})
        return [text for _, _, text in ledger.checkpoints()]


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a sound ledger, never written again."""
    path = tmp_path_factory.mktemp("sound") / "ledger"
    fill(path)
    return path


def altered(sound: Path, path: Path, sql: str, values: tuple[Any, ...] = ()) -> VerifyResult:
    """Copy the ledger, run one statement on the copy behind its back, and verify it."""
    shutil.copy(sound, path)
    driver = sqlite3.connect(path)
    try:
        with driver:
            driver.execute(sql, values)
    finally:
        driver.close()
    return verify(path, KEY.verifier, erased=())


def contents(path: Path) -> object:
    """Return the content of a ledger's file: every row of every table, and the tables themselves."""
    driver = sqlite3.connect(f"{path.as_uri()}?immutable=1", uri=True)
    try:
        tables = sorted(driver.execute("SELECT type, name, tbl_name, sql FROM sqlite_schema"), key=repr)
        names = [name for kind, name, *_ in tables if kind == "table"]
        return tables, [sorted(driver.execute(f"SELECT * FROM {name}"), key=repr) for name in names]
    finally:
        driver.close()


def test_a_sound_ledger_is_sound(sound: Path) -> None:
    """Everything fits in an unaltered ledger, and progress reaches the end."""
    told: list[tuple[int, int]] = []
    verdict = verify(sound, KEY.verifier, erased=(), progress=lambda done, size: told.append((done, size)))
    assert (verdict.is_sound, verdict.entry_count, verdict.checkpoint_count) == (True, SIZE, len(GROUPS) + 1)
    assert verdict.problem is None
    assert told[-1] == (SIZE, SIZE)


def test_any_changed_byte_of_any_row_is_found(sound: Path, tmp_path: Path) -> None:
    """In every column of every row of every table, changed bytes are found; where it is an entry's, that entry is named."""
    chance = random.Random(7)
    driver = sqlite3.connect(sound)
    cells: list[tuple[str, str, Any, Any]] = []
    for table in ("charter", "entry", "blob", "checkpoint", "tile"):
        columns = [name for _, name, *_ in driver.execute(f"PRAGMA table_info({table})")]
        key = "level || '/' || place" if table == "tile" else "rowid"
        rows = list(driver.execute(f"SELECT {key}, * FROM {table}"))
        for row in rows if len(rows) < 20 else [rows[0], rows[-1], *chance.sample(rows, 8)]:
            cells += [(table, column, row[0], value) for column, value in zip(columns, row[1:], strict=True)]
    driver.close()
    for table, column, key, value in cells:
        where = "level || '/' || place" if table == "tile" else "rowid"
        for changed in changes(value, chance):
            path = tmp_path / "changed"
            try:
                verdict = altered(sound, path, f"UPDATE {table} SET {column} = ? WHERE {where} = ?", (changed, key))
            except sqlite3.IntegrityError:
                continue  # The number is another row's.
            assert verdict.problem is not None, (table, column, key, value, changed)
            if table == "entry" and column != "number":
                assert verdict.problem.entry == key, (table, column, str(verdict.problem))


def changes(value: Any, chance: random.Random) -> list[Any]:
    """Return the value with one byte changed at the ends and at two random places."""
    if isinstance(value, int):
        return [value ^ 1, value ^ (1 << 40), value + 1000]
    places = {0, len(value) - 1, chance.randrange(len(value)), chance.randrange(len(value))}
    return [value[:at] + bytes([value[at] ^ chance.randrange(1, 256)]) + value[at + 1 :] for at in sorted(places)]


@pytest.mark.parametrize("table", ["charter", "entry", "blob", "checkpoint", "tile"])
def test_any_removed_row_is_found(sound: Path, tmp_path: Path, table: str) -> None:
    """A row taken out of any table is missed, a checkpoint between two others included."""
    key = "level" if table == "tile" else "rowid"
    driver = sqlite3.connect(sound)
    keys = [row[0] for row in driver.execute(f"SELECT {key} FROM {table}")]
    driver.close()
    for number in keys if len(keys) < 20 else (keys[0], keys[100], keys[-1]):
        verdict = altered(sound, tmp_path / "less", f"DELETE FROM {table} WHERE {key} = ?", (number,))
        assert verdict.problem is not None, (table, number)
        if table == "entry":
            assert verdict.problem.entry == number


@pytest.mark.parametrize(
    "sql",
    [
        "INSERT INTO entry SELECT 999, received_at, payload_key, leaf, header, payload FROM entry WHERE number = 1",
        "INSERT INTO entry SELECT 0, received_at, payload_key, leaf, header, payload FROM entry LIMIT 1",
        "INSERT INTO checkpoint SELECT 2, text FROM checkpoint WHERE size = 3",
        "INSERT INTO checkpoint SELECT size + 100, text FROM checkpoint ORDER BY size DESC LIMIT 1",
        "INSERT INTO checkpoint SELECT -1, text FROM checkpoint LIMIT 1",
        "INSERT INTO tile SELECT 1, 0, hashes FROM tile",
        "INSERT INTO blob VALUES (x'00', x'00')",
        "INSERT INTO charter SELECT text FROM charter",
        "UPDATE checkpoint SET text = CAST(text || text AS BLOB) WHERE size = 3",
        "UPDATE entry SET payload = NULL WHERE number = 5",
        "UPDATE entry SET received_at = received_at + 1 WHERE number > 272",
        "CREATE TABLE more (x)",
        "CREATE TRIGGER more AFTER INSERT ON entry BEGIN DELETE FROM entry; END",
        "DROP INDEX entry_by_payload",
        "DELETE FROM entry",
        "DELETE FROM checkpoint",
        "PRAGMA application_id = 1",
    ],
)
def test_any_added_or_odd_thing_is_found(sound: Path, tmp_path: Path, sql: str) -> None:
    """A row too many, an odd table, a trigger, a dropped index, an unexplained erasure are found."""
    assert altered(sound, tmp_path / "odd", sql).problem is not None


def test_a_rewritten_entry_is_found_without_the_key(sound: Path, tmp_path: Path) -> None:
    """Who rewrites a payload with its header, leaf and tile, but lacks the key, is found at the next checkpoint."""
    rewritten = tmp_path / "rewritten"
    fill(rewritten, word="fake")
    path = tmp_path / "grafted"
    shutil.copy(sound, path)
    driver = sqlite3.connect(path)
    with driver:
        driver.execute("ATTACH ? AS other", (str(rewritten),))
        driver.execute("DELETE FROM entry")
        driver.execute("DELETE FROM tile")
        driver.execute("INSERT INTO entry SELECT * FROM other.entry")
        driver.execute("INSERT INTO tile SELECT * FROM other.tile")
    driver.close()
    problem = verify(path, KEY.verifier).problem
    assert problem is not None
    assert (problem.code, problem.entry) == ("ledger.root", GROUPS[0])


def test_a_witness_finds_an_old_copy_and_a_new_history(sound: Path, tmp_path: Path) -> None:
    """Even with the key: an old copy put back and a history written anew do not begin with the witness's checkpoint."""
    old, new, split = tmp_path / "old", tmp_path / "new", tmp_path / "split"
    fill(old, GROUPS[:3])
    fill(new, (1000,), word="fake")
    fill(split, (2, 2, 260))
    driver = sqlite3.connect(sound)
    kept = [text.decode() for (text,) in driver.execute("SELECT text FROM checkpoint ORDER BY size")]
    driver.close()
    for text in kept:
        assert verify(sound, KEY.verifier, witness=text).is_sound
    for path, code in ((old, "ledger.witness"), (new, "ledger.witness"), (split, "ledger.witness")):
        assert verify(path, KEY.verifier).is_sound
        problem = verify(path, KEY.verifier, witness=kept[-1]).problem
        assert problem is not None
        assert problem.code == code
    assert not verify(split, KEY.verifier, witness=kept[1]).is_sound
    stranger = sign_checkpoint(ORIGIN, 0, bytes(32), make_key(ORIGIN, bytes(32))).text
    for text in (stranger, "nothing", sign_checkpoint(ORIGIN, 0, bytes(32), KEY).text):
        assert not verify(sound, KEY.verifier, witness=text).is_sound


def test_another_key_is_not_believed(sound: Path) -> None:
    """A ledger that names another key than the one known is not sound."""
    problem = verify(sound, make_key(ORIGIN, bytes(32)).verifier).problem
    assert problem is not None
    assert problem.code == "ledger.charter"


def test_any_changed_byte_of_the_file_is_found_or_changes_nothing(sound: Path, tmp_path: Path) -> None:
    """Bytes changed anywhere in the file, rows or not, are found, or every row of every table still reads the same.

    Only bytes without content may pass: the head's counters, free space in pages. Opening such a file ends in a ledger
    or in a named exception, never in another.
    """
    chance = random.Random(11)
    raw, before, path = sound.read_bytes(), contents(sound), tmp_path / "raw"
    unheard: list[int] = []
    page_heads = [page * 4096 + at for page in range(len(raw) // 4096) for at in (0, 1, 3, 5, 8, 9)]
    for place in [*range(100), *page_heads, *(chance.randrange(len(raw)) for _ in range(150))]:
        changed = bytearray(raw)
        changed[place] ^= chance.choice((1, 128, 255, chance.randrange(1, 256)))
        path.write_bytes(changed)
        verdict = verify(path, KEY.verifier, erased=())
        if verdict.is_sound:
            unheard.append(place)
            assert contents(path) == before, place
        try:
            Ledger.open(path, readonly=True).close()
        except (StoreDown, BrokenChain):
            assert not verdict.is_sound
        for left in tmp_path.glob("raw-*"):
            left.unlink()
    assert unheard, "the head of an SQLite file has counters that hold no content"


def test_any_cut_or_garbled_file_is_answered(sound: Path, tmp_path: Path) -> None:
    """A file cut short at any page, emptied, garbled over a whole page, or no file gets a verdict, not a crash."""
    chance = random.Random(13)
    raw, path = sound.read_bytes(), tmp_path / "cut"
    for length in [0, 1, 99, 100, *range(0, len(raw), 4096), len(raw) - 1]:
        path.write_bytes(raw[:length])
        assert not verify(path, KEY.verifier).is_sound
    for start in range(0, len(raw), 4096):
        path.write_bytes(raw[:start] + chance.randbytes(4096) + raw[start + 4096 :])
        assert not verify(path, KEY.verifier).is_sound
    assert not verify(tmp_path / "none", KEY.verifier).is_sound
    assert not verify(tmp_path, KEY.verifier).is_sound


def test_a_changed_write_ahead_log_loses_a_tail_at_most(tmp_path: Path) -> None:
    """A byte changed in the log beside the file is found, or returns an earlier checkpoint, and a witness
    detects that.
    """
    chance = random.Random(17)
    path = tmp_path / "live"
    texts = fill(path)
    with Ledger.open(path, KEY) as ledger:
        for second in range(100, 110):
            texts.append(
                ledger.append([Accepted(b"x", "json", "r")], BEGAN + timedelta(seconds=second)).checkpoint.text
            )
        copies = [file.read_bytes() for file in (path, path.with_name("live-wal"))]
    sizes = {int(text.split("\n")[1]) for text in texts}
    assert copies[1]
    for _ in range(60):
        changed = bytearray(copies[1])
        changed[chance.randrange(len(changed))] ^= chance.randrange(1, 256)
        (tmp_path / "copy").write_bytes(copies[0])
        (tmp_path / "copy-wal").write_bytes(changed)
        verdict = verify(tmp_path / "copy", KEY.verifier, erased=())
        if verdict.is_sound:
            assert verdict.entry_count in sizes
            is_whole = verdict.entry_count == max(sizes)
            assert verify(tmp_path / "copy", KEY.verifier, witness=texts[-1]).is_sound == is_whole
        for left in tmp_path.glob("copy*"):
            left.unlink()


def test_a_ledger_being_written_is_verified(tmp_path: Path) -> None:
    """A ledger that is open and growing is verified in one of its states."""
    path = tmp_path / "open"
    with Ledger.create(path, ORIGIN, KEY, BEGAN) as ledger:
        ledger.append([Accepted(b"x", "json", "r")] * 2500, BEGAN)
        grown: list[int] = []

        def grow(done: int, _size: int) -> None:
            grown.append(ledger.append([Accepted(b"y", "json", "r")], BEGAN).last)
            assert done <= 2500

        verdict = verify(path, KEY.verifier, progress=grow)
        assert (verdict.is_sound, verdict.entry_count, grown) == (True, 2500, [2501, 2502, 2503])
