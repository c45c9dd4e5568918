"""What the capital graph says about entities, as rows: who controls them, who owns how much, and what is wrong with stakes."""

from collections import deque
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from comptroller.books.bases import BASES
from comptroller.books.capital import WHOLE, Capital
from comptroller.books.ownership import PARTS
from comptroller.graph.chains import Chains
from comptroller.graph.share import ENDLESS, Shares
from comptroller.graph.stakes import STAKE
from comptroller.graph.weights import GOES_ROUND, Weights

_PCT = pa.decimal128(9, 6)
_MOST = 999.999999
_SMALLEST = 0.0000005
"""A share of less than half of the last decimal is left out."""
COLUMNS = {
    "controls": ("owner", "entity", "basis", "share_pct", "steps", "path"),
    "ultimate_controller": ("entity", "owner", "basis", "is_ring", "path"),
    "effective_share": ("owner", "entity", "share_pct", "low_pct", "high_pct", "gap_pct", "is_ultimate"),
    "stake_issue": ("entity", "issue", "sum_pct", "detail"),
}
"""The tables that are told about each entity, and their columns."""


def rows_of(capital: Capital, entities: NDArray[np.int32]) -> dict[str, pa.Table]:
    """Give the rows of every table about those entities."""
    found = capital.chains(entities)
    paths = [path_text(capital, found.chain(at)) for at in range(len(found))]
    share = capital.weights(entities)
    rounds = _rounds(capital, entities, share)
    return {
        **_control(capital, found, paths),
        "effective_share": _shares(capital, entities, share, rounds),
        "stake_issue": _issues(capital, entities, rounds),
    }


def path_text(capital: Capital, rows: list[int]) -> str:
    """Give a chain as text: each party, and between two what the upper has of the lower, or on what basis it controls.

    A>51%>B>asserted>C
    """
    link, names = capital.stakes.link, capital.parties.names
    said = [names[link[rows[0], 0]]]
    for row in rows:
        basis = int(link[row, 4])
        step = percent(int(capital.stakes.parts[row])) if basis == STAKE else BASES[basis]
        said += [step, names[link[row, 1]]]
    return ">".join(said)


def percent(parts: int) -> str:
    """Give parts as percent, without zeros at the end."""
    return f"{(Decimal(parts) / PARTS).normalize():f}%"


def _control(capital: Capital, found: Chains, paths: list[str]) -> dict[str, pa.Table]:
    names = capital.parties
    table = pa.table(
        {
            "owner": names.column(found.owner),
            "entity": names.column(found.entity),
            "basis": pa.array([BASES[int(b)] for b in found.basis], pa.string()),
            "share_pct": _percents(found.tally / PARTS),
            "steps": pa.array(np.diff(found.start), pa.int32()),
            "path": pa.array(paths, pa.string()),
            "is_ring": pa.array(found.is_ring.astype(bool)),
        }
    )
    ultimate = table.filter(pa.array(found.is_ultimate.astype(bool)))
    return {
        "controls": table.select(list(COLUMNS["controls"])),
        "ultimate_controller": ultimate.select(list(COLUMNS["ultimate_controller"])),
    }


def _percents(values: NDArray[np.float64]) -> pa.Array:
    """Give percents with six decimals; what is larger than the column takes is cut."""
    clipped = np.minimum(np.asarray(values, np.float64) + 1e-9, _MOST)
    return pa.array([Decimal(int(v * PARTS + 0.5)) / PARTS for v in clipped.tolist()], pa.decimal128(16, 6)).cast(_PCT)


def _rounds(capital: Capital, entities: NDArray[np.int32], share: Weights) -> dict[int, tuple[list[Any], float, int]]:
    """Solve the equations of entities above which something goes round: (owner, ultimate, shares), gap, flags."""
    found = {}
    for at in np.flatnonzero(share.state == GOES_ROUND).tolist():
        found[at] = _solved(capital, int(entities[at]))
    return found


def _solved(capital: Capital, entity: int) -> tuple[list[Any], float, int]:
    names, places, edges = [entity], {entity: 0}, []
    link, parts, head = capital.stakes.link, capital.stakes.parts, capital.stakes.head
    for company in names:
        row = int(head[company, 0])
        while row >= 0:
            holder = int(link[row, 0])
            if parts[row] > 0 and link[row, 4] == STAKE:
                if holder not in places:
                    places[holder] = len(names)
                    names.append(holder)
                edges.append((places[holder], places[company], row))
            row = int(link[row, 2])
    holders, companies, rows = (np.array(c, np.int64) for c in zip(*edges, strict=True))
    amounts = (capital.low, parts, np.minimum(capital.high, WHOLE))
    bounds = [Shares(len(names), holders, companies, amount[rows] / WHOLE) for amount in amounts]
    held = set(companies.tolist())
    shares = []
    for holder in range(1, len(names)):
        low, middle = bounds[0].of_owner(holder)[0], bounds[1].of_owner(holder)[0]
        high = max(float(bounds[2].most_of_owner(holder)[0]), float(middle))
        shares.append((names[holder], holder not in held, (float(low), float(middle), high)))
    if 0 in set(holders.tolist()):
        pass
    return shares, float(bounds[1].gap[0]), int(bounds[1].flags[0])


def _shares(
    capital: Capital, entities: NDArray[np.int32], share: Weights, rounds: dict[int, tuple[list[Any], float, int]]
) -> pa.Table:
    owner, entity, is_ultimate = share.holder, entities[share.place], share.is_ultimate
    values, gap = share.share * 100, share.gap[share.place] * 100
    for at, (solved, open_part, _) in rounds.items():
        owner = np.concatenate((owner, np.array([s[0] for s in solved], np.int32)))
        entity = np.concatenate((entity, np.full(len(solved), entities[at], np.int32)))
        is_ultimate = np.concatenate((is_ultimate, np.array([s[1] for s in solved], np.int32)))
        values = np.concatenate((values, np.array([s[2] for s in solved]).reshape(-1, 3) * 100))
        gap = np.concatenate((gap, np.full(len(solved), open_part * 100)))
    keep = (values[:, 2] >= _SMALLEST) & (owner != entity)
    return pa.table(
        {
            "owner": capital.parties.column(owner[keep]),
            "entity": capital.parties.column(entity[keep]),
            "share_pct": _percents(values[keep, 1]),
            "low_pct": _percents(values[keep, 0]),
            "high_pct": _percents(values[keep, 2]),
            "gap_pct": _percents(gap[keep]),
            "is_ultimate": pa.array(is_ultimate[keep].astype(bool)),
        }
    )


def _issues(capital: Capital, entities: NDArray[np.int32], rounds: dict[int, tuple[list[Any], float, int]]) -> pa.Table:
    """Give what is wrong with the stakes in each entity: over, nothing, unsized, own, ring, endless."""
    found: list[tuple[str, str, Decimal | None, str]] = []
    for at, number in enumerate(entities.tolist()):
        held = capital.held(number)
        if not held:
            continue
        name = capital.parties.names[number]
        total = sum(one.middle for one in held.values())
        pct = Decimal(total) / PARTS
        unsized = sorted(capital.parties.names[h] for h, one in held.items() if one.is_unsized)
        if sum(one.low for one in held.values()) > WHOLE:
            found.append((name, "over", pct, ""))
        if not total and not any(one.is_asserted for one in held.values()):
            found.append((name, "nothing", pct, ""))
        if unsized:
            found.append((name, "unsized", pct, ", ".join(unsized)))
        if number in held and held[number].middle:
            found.append((name, "own", Decimal(held[number].middle) / PARTS, ""))
        if at in rounds:
            ring = _ring(capital, number)
            if ring:
                found.append((name, "ring", pct, path_text(capital, ring)))
            if rounds[at][2] & ENDLESS:
                found.append((name, "endless", pct, ""))
    columns: list[Sequence[Any]] = list(zip(*found, strict=True)) or [[], [], [], []]
    forms = (pa.string(), pa.string(), pa.decimal128(18, 6), pa.string())
    return pa.table(dict(zip(COLUMNS["stake_issue"], map(pa.array, columns, forms), strict=True)))


def _ring(capital: Capital, entity: int) -> list[int]:
    """Give the stakes of a shortest way round from the entity up and back to it, from it down; empty where there is none.

    Among ways of one length, that whose holders were named first by their own order.
    """
    link, parts, head, order = capital.stakes.link, capital.stakes.parts, capital.stakes.head, capital.parties.order
    below: dict[int, int] = {}
    waiting = deque([entity])
    while waiting:
        company = waiting.popleft()
        into, row = [], int(head[company, 0])
        while row >= 0:
            if parts[row] > 0 and link[row, 4] == STAKE and link[row, 0] != company:
                into.append(row)
            row = int(link[row, 2])
        for row in sorted(into, key=lambda r: int(order[link[r, 0]])):
            holder = int(link[row, 0])
            if holder == entity:
                rows = [row]
                while int(link[rows[-1], 1]) != entity:
                    rows.append(below[int(link[rows[-1], 1])])
                return rows
            if holder not in below:
                below[holder] = row
                waiting.append(holder)
    return []
