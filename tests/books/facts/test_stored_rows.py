"""The rows of an entity are removed together and written together, at any place."""

import numpy as np
import pyarrow as pa
from hypothesis import given, settings, strategies as st

from comptroller.books.facts.stored_rows import StoredRows
from comptroller.books.register.party_ids import PartyIds
from comptroller.store.duck import DuckDb

NAMES = [f"E{n}" for n in range(30)]
_puts = st.lists(st.dictionaries(st.integers(0, 29), st.integers(0, 3), min_size=1), max_size=6)


@settings(max_examples=60)
@given(_puts, st.booleans())
def test_the_table_says_what_was_put_last(puts: list[dict[int, int]], opens_again: bool) -> None:
    """After any writes, of few entities or many, also by one who opened the table later, each has its last rows."""
    duck, parties, wanted = DuckDb(memory="300MB"), PartyIds(), {}
    parties.numbers(NAMES)
    duck.execute("CREATE TABLE kept (entity VARCHAR, said INTEGER, place BIGINT)")
    table = StoredRows(duck, "kept", parties)
    for entry, put in enumerate(puts, 1):
        if opens_again:
            table = StoredRows(duck, "kept", parties)
        lines = [(e, entry) for e, count in sorted(put.items()) for _ in range(count)]
        wanted |= {e: [entry] * count for e, count in put.items()}
        rows = pa.table({"entity": [NAMES[e] for e, _ in lines], "said": pa.array([s for _, s in lines], pa.int32())})
        table.put(np.array(sorted(put), np.int32), rows, np.array([e for e, _ in lines], np.int64), entry)
        numbers = np.arange(30, dtype=np.int32)
        assert table.has(numbers).tolist() == [bool(wanted.get(e)) for e in range(30)]
    found = duck.rows("SELECT entity, list(said ORDER BY said) FROM kept GROUP BY entity")
    assert dict(found) == {NAMES[e]: said for e, said in wanted.items() if said}
    places = [place for (place,) in duck.rows("SELECT place FROM kept")]
    assert len(places) == len(set(places))
    assert table.read(np.array([3], np.int32), "entity").num_rows == len(wanted.get(3, []))
    duck.close()
