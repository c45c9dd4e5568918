"""Made facts of any number for the benchmarks: payments, contracts, decisions, matters and invoices of a made-up group."""

import io

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

ENTITIES = 2_000
SHARES = {"payment": 0.55, "invoice": 0.20, "decision": 0.10, "matter": 0.08, "contract": 0.07}
"""How a million facts are made up; everything else is small beside these."""
_DAY0 = np.datetime64("2022-01-01")
_DAYS = 1_460


def entity_codes() -> list[str]:
    """Give the codes of all made entities."""
    return [f"E{i:017d}" for i in range(ENTITIES)]


def entities() -> pa.Table:
    """Give the register: a tree of six levels."""
    codes = entity_codes()
    parents = [None, *(codes[(i - 1) // 4] for i in range(1, ENTITIES))]
    table = {"entity": codes, "name": [f"Made {i}" for i in range(ENTITIES)], "parent": parents}
    return pa.table({**table, "status": ["active"] * ENTITIES, "form": ["controlled"] * ENTITIES})


def _codes(prefix: str, numbers: np.ndarray) -> pa.Array:
    return pa.array(np.char.add(prefix, numbers.astype(np.int64).astype(np.str_)))


def facts(kind: str, start: int, count: int, seed: int = 7) -> pa.Table:
    """Give `count` facts of a kind, numbered from `start`; the same numbers always give the same facts."""
    rng = np.random.default_rng([seed, start, len(kind)])
    number = np.arange(start, start + count)
    entity = pa.array(np.asarray(entity_codes())[rng.integers(0, ENTITIES, count)])
    day = (_DAY0 + (number * _DAYS // 20_000_000 + rng.integers(0, 30, count)) % _DAYS).astype("datetime64[D]")
    amount = pa.array(np.round(rng.lognormal(10.5, 1.6, count), 2).astype(np.str_))
    at = pa.array(np.char.add(np.datetime_as_string(day), np.where(rng.random(count) < 0.97, "T10:15:00", "T23:30:00")))
    days = pa.array(np.datetime_as_string(day))
    if kind == "payment":
        return pa.table(
            {
                "entity": entity,
                "payment": _codes("P", number),
                "payee": _codes("S", rng.integers(0, 60_000, count)),
                "payee_kind": pa.array(np.where(rng.random(count) < 0.95, "entity", "person")),
                "amount": amount,
                "currency": pa.array(["CNY"] * count),
                "paid_at": at,
                "purpose": pa.array(np.asarray(["goods", "services", "works", "payroll", "tax"])[rng.integers(0, 5, count)]),
                "contract": _codes("C", rng.integers(0, 700_000, count)),
                "matter": pa.array(np.where(rng.random(count) < 0.3, np.char.add("M", rng.integers(0, 800_000, count).astype(np.str_)), "")),
                "maker": _codes("U", rng.integers(0, 5_000, count)),
                "checker": _codes("U", rng.integers(0, 5_000, count)),
            }
        )
    if kind == "invoice":
        net = np.round(rng.lognormal(9, 1.5, count), 2)
        tax = np.round(net * 0.13, 2)
        return pa.table(
            {
                "entity": entity,
                "side": pa.array(np.where(rng.random(count) < 0.5, "input", "output")),
                "invoice": _codes("", rng.integers(10_000_000, 99_999_999, count)),
                "line_id": _codes("L", number),
                "counterparty": _codes("S", rng.integers(0, 60_000, count)),
                "issued_on": days,
                "net": pa.array(net.astype(np.str_)),
                "tax": pa.array(tax.astype(np.str_)),
                "gross": pa.array(np.round(net + tax, 2).astype(np.str_)),
                "currency": pa.array(["CNY"] * count),
                "status": pa.array(np.where(rng.random(count) < 0.95, "valid", "void")),
            }
        )
    if kind == "decision":
        return pa.table(
            {
                "entity": entity,
                "decision": _codes("D", number),
                "matter": _codes("M", rng.integers(0, 800_000, count)),
                "body": pa.array(np.asarray(["board", "management", "party_committee"])[rng.integers(0, 3, count)]),
                "kind": pa.array(np.where(rng.random(count) < 0.7, "decision", "study")),
                "outcome": pa.array(np.where(rng.random(count) < 0.95, "approved", "rejected")),
                "decided_at": at,
                "seats": pa.array(["7"] * count),
                "present": pa.array(rng.integers(4, 8, count).astype(np.str_)),
                "yes": pa.array(["4"] * count),
            }
        )
    if kind == "matter":
        return pa.table(
            {
                "entity": entity,
                "matter": _codes("M", number),
                "title": _codes("Matter ", number),
                "item": _codes("I", rng.integers(0, 40, count)),
                "amount": amount,
                "currency": pa.array(["CNY"] * count),
                "raised_on": days,
            }
        )
    return pa.table(
        {
            "entity": entity,
            "contract": _codes("C", number),
            "counterparty": _codes("S", rng.integers(0, 60_000, count)),
            "kind": pa.array(np.asarray(["goods", "services", "works"])[rng.integers(0, 3, count)]),
            "amount": amount,
            "currency": pa.array(["CNY"] * count),
            "signed_on": days,
            "signer": _codes("U", rng.integers(0, 5_000, count)),
            "matter": _codes("M", rng.integers(0, 800_000, count)),
        }
    )


def parquet(table: pa.Table) -> bytes:
    """Give a table as the bytes of a Parquet file."""
    out = io.BytesIO()
    pq.write_table(table, out)
    return out.getvalue()


def ndjson(kind: str, table: pa.Table) -> bytes:
    """Give a table as lines of JSON in an envelope-less file of one kind; empty texts are left out."""
    import msgspec

    rows = [{k: v for k, v in row.items() if v not in (None, "")} for row in table.to_pylist()]
    return b"\n".join(msgspec.json.encode(row) for row in rows)
