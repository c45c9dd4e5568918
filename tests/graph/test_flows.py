"""Fan-in, fan-out, gather-scatter, round trips and folding against their definitions done slowly."""

from __future__ import annotations

from hypothesis import given, settings, strategies as st

from comptroller.graph.flows import Flows, fan_in, fan_out, fold_parallel, gather_scatter, repeated, round_trips

Payment = tuple[int, int, int, int]
ids = st.integers(0, 4)
payments = st.lists(st.tuples(st.integers(0, 20), ids, ids, st.sampled_from([50, 60, 95, 100])), max_size=16)


def columns(rows: list[Payment]) -> tuple[list[int], list[int], list[int], list[int]]:
    """Time, source, target, amount."""
    return [r[0] for r in rows], [r[1] for r in rows], [r[2] for r in rows], [r[3] for r in rows]


def slow_fan_in(rows: list[Payment], window: int, least: int) -> set[tuple[int, frozenset[int]]]:
    """Every window from every payment on; windows that share a payment are put together until none do."""
    result = set()
    for account in range(5):
        mine = [i for i, row in enumerate(rows) if row[2] == account != row[1]]
        stretches = []
        for i in mine:
            inside = {j for j in mine if rows[i][0] <= rows[j][0] <= rows[i][0] + window}
            if len({rows[j][1] for j in inside}) >= least:
                stretches.append(inside)
        merging = True
        while merging:
            merging = False
            for a in stretches:
                for b in stretches:
                    if a is not b and a & b:
                        a.update(b)
                        stretches.remove(b)
                        merging = True
                        break
                if merging:
                    break
        result |= {(account, frozenset(stretch)) for stretch in stretches}
    return result


def shown(flows: Flows) -> set[tuple[int, frozenset[int]]]:
    """Account and payments of each stretch."""
    return {(int(flows.account[i]), frozenset(flows.payments(i))) for i in range(len(flows))}


@settings(max_examples=300, deadline=None)
@given(payments, st.integers(0, 8), st.integers(1, 4))
def test_fan_in_equals_all_windows(rows: list[Payment], window: int, least: int) -> None:
    """The stretches are the overlapping windows with enough different payers, each once, with their payers and sums."""
    rows = [row for row in rows if row[1] != row[2]]
    flows = fan_in(*columns(rows), window=window, least=least)
    assert shown(flows) == slow_fan_in(rows, window, least)
    assert len(shown(flows)) == len(flows)
    for i in range(len(flows)):
        inside = flows.payments(i)
        assert flows.peers[i] == len({rows[p][1] for p in inside})
        assert flows.amount[i] == sum(rows[p][3] for p in inside)
        assert (flows.since[i], flows.until[i]) == (rows[inside[0]][0], rows[inside[-1]][0])


@settings(max_examples=100, deadline=None)
@given(payments, st.integers(0, 8), st.integers(1, 4))
def test_fan_out_is_fan_in_turned_round(rows: list[Payment], window: int, least: int) -> None:
    """Turning every payment round turns fan-out into fan-in."""
    turned = [(time, target, source, amount) for time, source, target, amount in rows]
    assert shown(fan_out(*columns(rows), window=window, least=least)) == shown(
        fan_in(*columns(turned), window=window, least=least)
    )


def test_gather_then_scatter() -> None:
    """Three pay in, three are paid about as much soon after: one pair; later, or for other sums, none."""
    rows = [(1, 1, 0, 100), (2, 2, 0, 100), (3, 3, 0, 100), (5, 0, 4, 98), (6, 0, 5, 98), (7, 0, 6, 98)]
    gathered, scattered = fan_in(*columns(rows), window=5, least=3), fan_out(*columns(rows), window=5, least=3)
    assert gather_scatter(gathered, scattered, window=5, tolerance=0.05) == [(0, 0)]
    assert gather_scatter(gathered, scattered, window=1, tolerance=0.05) == []
    assert gather_scatter(gathered, scattered, window=5, tolerance=0.01) == []


@settings(max_examples=200, deadline=None)
@given(payments, st.integers(0, 10), st.sampled_from([0.0, 0.05, 0.5]))
def test_round_trips_come_back_whole_and_once(rows: list[Payment], window: int, tolerance: float) -> None:
    """What returns comes from the payee's party, after the payment, within window and tolerance, and serves one payment
    only.
    """
    party = [0, 1, 1, 2, 2]
    trips = round_trips(*columns(rows), party, window=window, tolerance=tolerance)
    returns = [p for i in range(len(trips)) for p in trips.returns(i)]
    assert len(returns) == len(set(returns))
    assert len(set(trips.out.tolist())) == len(trips)
    for i in range(len(trips)):
        time, source, target, amount = rows[trips.out[i]]
        back = sum(rows[p][3] for p in trips.returns(i))
        assert back >= amount * (1 - tolerance)
        assert back * (1 - tolerance) <= amount
        for p in trips.returns(i):
            assert rows[p][2] == source
            assert party[rows[p][1]] == party[target] != party[source]
            assert time <= rows[p][0] <= time + window
    single = [
        (i, j)
        for i, a in enumerate(rows)
        for j, b in enumerate(rows)
        if a[2] == b[1] and a[1] == b[2] and a[3] == b[3] and (a[0], i) < (b[0], j) and b[0] - a[0] <= window
        if party[a[1]] != party[a[2]]
    ]
    assert bool(len(trips)) or not single, "an exact return is never missed altogether"


def test_money_comes_back_in_pieces_through_a_relative() -> None:
    """A hundred goes out; thirty and seventy come back from another account of the payee's group."""
    rows = [(1, 0, 1, 100), (2, 2, 0, 30), (4, 1, 0, 500), (5, 2, 0, 70)]
    trips = round_trips(*columns(rows), [0, 1, 1], window=10, tolerance=0.02)
    assert trips.out.tolist() == [0]
    assert trips.returns(0) == [1, 3]


@settings(max_examples=100, deadline=None)
@given(payments, st.integers(1, 6))
def test_folding_keeps_every_payment_and_every_sum(rows: list[Payment], span: int) -> None:
    """Each payment belongs to one leg of its pair and span; a leg's sum and time are those of its payments; legs come
    in time.
    """
    time, source, target, amount, _, leg = fold_parallel(*columns(rows), span=span)
    groups: dict[tuple[int, int, int], list[int]] = {}
    for i, row in enumerate(rows):
        groups.setdefault((row[0] // span, row[1], row[2]), []).append(i)
    assert len(time) == len(groups)
    assert time.tolist() == sorted(time)
    for members in groups.values():
        mine = {int(leg[i]) for i in members}
        assert len(mine) == 1
        place = mine.pop()
        assert amount[place] == sum(rows[i][3] for i in members)
        assert time[place] == min(rows[i][0] for i in members)
        assert (source[place], target[place]) == rows[members[0]][1:3]


@given(payments, st.integers(1, 3), st.integers(1, 7))
def test_repeated_payments_are_counted_by_pair_lot_and_stretch(rows: list[Payment], least: int, span: int) -> None:
    """A payment counts where as many of its payer, payee, lot and stretch of time are among all."""
    time, source, target, amount = columns(rows)
    keys = [(a, b, cents, t // span) for t, a, b, cents in rows]
    result = repeated(time, source, target, amount, least=least, span=span)
    assert result.tolist() == [keys.count(key) >= least for key in keys]
