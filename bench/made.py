"""Made facts of any number for the benchmarks: payments, contracts, decisions, matters and invoices of a made-up group."""

import io

import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

ENTITIES = 2_000
SHARES = {"matter": 0.024, "decision": 0.024, "contract": 0.072, "payment": 0.56, "invoice": 0.32}
"""How a million facts are made up; everything else is small beside these."""
CLASSES = ("commercial", "utility")
_NUMBERS = frozenset(("amount", "net", "tax", "gross", "seats", "present", "yes"))
_encode = msgspec.json.Encoder().encode
_DAY0 = np.datetime64("2022-01-01")
_DAYS = 1_460


def entity_codes() -> list[str]:
    """Return the codes of all made entities."""
    return [f"E{i:017d}" for i in range(ENTITIES)]


def entities() -> pa.Table:
    """Return the register: a tree of six levels."""
    codes = entity_codes()
    parents = [None, *(codes[(i - 1) // 4] for i in range(1, ENTITIES))]
    table = {"entity": codes, "name": [f"Made {i}" for i in range(ENTITIES)], "parent": parents}
    table |= {"status": ["active"] * ENTITIES, "form": ["controlled"] * ENTITIES}
    table |= {"has_party_committee": ["false"] * ENTITIES}
    return pa.table({**table, "class": [CLASSES[i % len(CLASSES)] for i in range(ENTITIES)]})


def levels() -> list[int]:
    """Return the level of each made entity in the tree; the head's is 1."""
    depths = [1]
    for i in range(1, ENTITIES):
        depths.append(depths[(i - 1) // 4] + 1)
    return depths


def _codes(prefix: str, numbers: np.ndarray) -> pa.Array:
    return pa.array(np.char.add(prefix, numbers.astype(np.int64).astype(np.str_)))


def facts(kind: str, start: int, count: int, seed: int = 7) -> pa.Table:
    """Return `count` facts of a kind, numbered from `start`; the same start and count always make the same facts."""
    rng = np.random.default_rng([seed, start, len(kind)])
    number = np.arange(start, start + count)
    return _MAKERS[kind](rng, number)


def _day(number: np.ndarray, per_day: int) -> np.ndarray:
    return _DAY0 + (number // per_day) % _DAYS


def _of(number: np.ndarray, salt: int, size: int) -> np.ndarray:
    """Return a number below `size` that is always the same for the same number: what belongs to what."""
    mixed = (number.astype(np.uint64) + np.uint64(salt)) * np.uint64(0x9E3779B97F4A7C15)
    return ((mixed >> np.uint64(29)) % np.uint64(size)).astype(np.int64)


def _entity(number: np.ndarray) -> pa.Array:
    return pa.array(np.asarray(entity_codes())[_of(number, 1, ENTITIES)])


def _payments(rng: np.random.Generator, number: np.ndarray) -> pa.Table:
    """Pay on contracts that are known, to their parties, within their amounts; one in two hundred is out of line.

    Of those, one in four pays the whole contract once more.
    """
    count = len(number)
    contract = number // 8
    odd = rng.random(count) < 0.005
    supplier = np.where(odd, rng.integers(0, 60_000, count), _of(contract, 2, 60_000))
    days = _day(number, 6_000)
    at = np.char.add(np.datetime_as_string(days), np.where(odd, "T23:30:00", "T10:15:00"))
    part = np.where(odd & (number % 4 == 0), 1.0, rng.uniform(0.5, 1.0, count) / 9)
    amount = np.round(_amount(contract) * part, 2)
    return pa.table(
        {
            "entity": _entity(contract),
            "payment": _codes("P", number),
            "payee": _codes("S", supplier),
            "payee_kind": pa.array(np.where(odd, "person", "entity")),
            "amount": pa.array(amount.astype(np.str_)),
            "currency": pa.array(["CNY"] * count),
            "paid_at": pa.array(at),
            "purpose": pa.array(np.asarray(["goods", "services", "works"])[number % 3]),
            "contract": _codes("C", contract),
            "matter": pa.array(np.where(contract % 3 == 0, np.char.add("M", contract.astype(np.str_)), "")),
            "maker": _codes("U", number % 4_000),
            "checker": _codes("V", number % 3_000),
        }
    )


def _amount(contract: np.ndarray) -> np.ndarray:
    return np.round(10_000 + _of(contract, 3, 4_000_000), 2)


def _contracts(_rng: np.random.Generator, number: np.ndarray) -> pa.Table:
    return pa.table(
        {
            "entity": _entity(number),
            "contract": _codes("C", number),
            "counterparty": _codes("S", _of(number, 2, 60_000)),
            "counterparty_kind": pa.array(["entity"] * len(number)),
            "kind": pa.array(np.asarray(["goods", "services", "lease"])[number % 3]),
            "amount": pa.array(_amount(number).astype(np.str_)),
            "currency": pa.array(["CNY"] * len(number)),
            "signed_on": pa.array(np.datetime_as_string(_day(number, 760))),
            "matter": pa.array(np.where(number % 3 == 0, np.char.add("M", number.astype(np.str_)), "")),
        }
    )


def _matters(_rng: np.random.Generator, number: np.ndarray) -> pa.Table:
    own = number * 3
    return pa.table(
        {
            "entity": _entity(own),
            "matter": _codes("M", own),
            "title": _codes("Matter ", number),
            "amount": pa.array(_amount(own).astype(np.str_)),
            "currency": pa.array(["CNY"] * len(number)),
            "raised_on": pa.array(np.datetime_as_string(_DAY0 - 30 + (number // 600) % _DAYS)),
        }
    )


def _decisions(_rng: np.random.Generator, number: np.ndarray) -> pa.Table:
    """Decide every matter once, before it is acted on: approved by a quorate board, or rejected now and then."""
    own = number * 3
    return pa.table(
        {
            "entity": _entity(own),
            "decision": _codes("D", number),
            "matter": _codes("M", own),
            "body": pa.array(["board"] * len(number)),
            "kind": pa.array(["decision"] * len(number)),
            "outcome": pa.array(np.where(number % 500 == 0, "rejected", "approved")),
            "decided_at": pa.array(
                np.char.add(np.datetime_as_string(_DAY0 - 10 + (number // 600) % _DAYS), "T09:00:00")
            ),
            "seats": pa.array(["7"] * len(number)),
            "present": pa.array(["6"] * len(number)),
            "yes": pa.array(["5"] * len(number)),
        }
    )


def _invoices(rng: np.random.Generator, number: np.ndarray) -> pa.Table:
    net = np.round(rng.lognormal(9, 1.5, len(number)), 2)
    tax = np.round(net * 0.13, 2)
    return pa.table(
        {
            "entity": _entity(number // 50),
            "side": pa.array(np.where(number % 2 == 0, "input", "output")),
            "invoice": _codes("", 10_000_000 + number - (number % 1_000 == 7)),
            "line_id": _codes("L", number),
            "counterparty": _codes("S", _of(number, 4, 60_000)),
            "issued_on": pa.array(np.datetime_as_string(_day(number, 2_000))),
            "net": pa.array(net.astype(np.str_)),
            "tax": pa.array(tax.astype(np.str_)),
            "gross": pa.array(np.round(net + tax, 2).astype(np.str_)),
            "currency": pa.array(["CNY"] * len(number)),
            "status": pa.array(np.where(number % 40 == 0, "void", "valid")),
        }
    )


_MAKERS = {
    "payment": _payments,
    "contract": _contracts,
    "matter": _matters,
    "decision": _decisions,
    "invoice": _invoices,
}


def parquet(table: pa.Table) -> bytes:
    """Return a table as the bytes of a Parquet file."""
    out = io.BytesIO()
    pq.write_table(table, out)
    return out.getvalue()


def json_rows(table: pa.Table) -> list[bytes]:
    """Return each row as a JSON object; empty texts are left out, and amounts and counts are numbers."""
    names = [(name, name in _NUMBERS) for name in table.column_names]
    rows = zip(*(table.column(name).to_pylist() for name, _ in names), strict=True)
    return [_json_row(names, row) for row in rows]


def _json_row(names: list[tuple[str, bool]], row: tuple[str, ...]) -> bytes:
    filled = ((name, is_number, cell) for (name, is_number), cell in zip(names, row, strict=True) if cell)
    return _encode({name: msgspec.Raw(cell.encode()) if is_number else cell for name, is_number, cell in filled})
