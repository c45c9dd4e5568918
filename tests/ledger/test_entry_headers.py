"""Headers of entries: their fields, in either order, with no payload read."""

import datetime as dt

from comptroller.ledger.entry import Accepted
from comptroller.ledger.entry_headers import EntryHeaders
from comptroller.ledger.key import make_key
from comptroller.ledger.ledger import Ledger

AT = dt.datetime(2024, 6, 30, 10, tzinfo=dt.UTC)


def test_heads_are_those_of_the_entries(tmp_path):
    """A header has the number, instant and fields of the whole entry; an erased one is marked."""
    path = tmp_path / "ledger.sqlite"
    with Ledger.create(path, "test.example/node", make_key("test.example/node", bytes(32)), AT) as ledger:
        ledger.append([Accepted(f"report {n}".encode(), "json", "A") for n in range(5)], AT)
        ledger.erase(2)
        whole = [(one.number, one.received_at, one.fields, one.is_erased) for one in ledger.entries()]
    heads = EntryHeaders(path)
    found = [(one.number, one.received_at, one.fields, one.is_erased) for one in heads.between(1)]
    assert found == whole
    assert [one.number for one in heads.between(2, 4, newest_first=True)] == [4, 3, 2]
    heads.close()
