"""Shapes of payments around one account: many in, many out, many in then many out, and money that returns in pieces.

- A fan-in is a stretch of payments to one account. Some window of the given length in it holds payments from enough
  different payers. Overlapping windows are one stretch, so that each is reported once.
- A fan-out is the same the other way round. Gather-scatter is a fan-in that a fan-out of like amount follows.
- A round trip is a payment with an amount that comes back within the window, in one piece or several, from the same
  party. A party is a group of accounts: the payee's control group or related parties.

The shapes are those of AMLSim (Suzumura and Kanezashi, 2018) and of the Graph Feature Preprocessor (Blanusa and others,
ICAIF 2023).
"""

# ruff: noqa: PLR0913, PLR0917  (a kernel takes its arrays flat and keeps its loop in one place)

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from comptroller.graph.jit import I32, I64, kernel

BEGIN, END = range(2)
"""Columns of `bounds`: the first payment of a stretch, and the one after its last."""


@dataclass(frozen=True)
class Flows:
    """Stretches: the account, its first and last time, how many others, the sum, and payments
    `payment[start[i]:start[i+1]]`.
    """

    account: I32
    since: I64
    until: I64
    peers: I32
    amount: I64
    start: I64
    payment: I64

    def __len__(self) -> int:
        """Return the number of stretches."""
        return len(self.account)

    def payments(self, place: int) -> list[int]:
        """Return the payments of one stretch in order of time."""
        return [int(p) for p in self.payment[self.start[place] : self.start[place + 1]]]


@dataclass(frozen=True)
class RoundTrips:
    """Payments `out[i]` that came back, by `back[start[i]:start[i+1]]`."""

    out: I64
    start: I64
    back: I64

    def __len__(self) -> int:
        """Return the number of round trips."""
        return len(self.out)

    def returns(self, place: int) -> list[int]:
        """Return the payments that brought one of them back, in order of time."""
        return [int(p) for p in self.back[self.start[place] : self.start[place + 1]]]


def fan_in(
    time: ArrayLike,
    source: ArrayLike,
    target: ArrayLike,
    amount: ArrayLike,
    *,
    window: int,
    least: int,
    lot: ArrayLike | None = None,
) -> Flows:
    """Return the stretches with at least `least` different payers of an account within a window.

    If lots are given, only payments of one lot count together. A lot is any code that payments must share: their goods,
    or their size (`size_class`).
    """
    times, amounts = np.ascontiguousarray(time, np.int64), np.ascontiguousarray(amount, np.int64)
    peers, accounts = np.ascontiguousarray(source, np.int32), np.ascontiguousarray(target, np.int32)
    lots = np.zeros(len(times), np.int64) if lot is None else np.ascontiguousarray(lot, np.int64)
    order = np.lexsort((np.arange(len(times)), times, lots, accounts))
    return Flows(*_stretches(times, peers, accounts, lots, amounts, order, window, least))


def fan_out(
    time: ArrayLike,
    source: ArrayLike,
    target: ArrayLike,
    amount: ArrayLike,
    *,
    window: int,
    least: int,
    lot: ArrayLike | None = None,
) -> Flows:
    """Return the stretches with at least `least` different payees of an account within a window (and lot, if
    passed).
    """
    return fan_in(time, target, source, amount, window=window, least=least, lot=lot)


def size_class(amount: ArrayLike, ratio: float) -> I64:
    """Return the class of each amount on a scale of powers of `ratio` (above 1): amounts of one class differ by
    less than that factor.
    """
    classes: I64 = np.floor(np.log(np.asarray(amount, np.float64)) / np.log(ratio)).astype(np.int64)
    return classes


def repeated(
    time: ArrayLike, source: ArrayLike, target: ArrayLike, lot: ArrayLike, *, least: int, span: int
) -> NDArray[np.bool_]:
    """Return for each payment whether its payer paid its payee at least `least` times in its lot and its stretch of
    `span`.

    Stretches are counted from 0: days, where time is in seconds and `span` is those of a day. A payer that splits a sum
    pays so; few others do.
    """
    buckets = np.asarray(time, np.int64) // span
    cells = np.stack([np.asarray(c, np.int64) for c in (source, target, lot, buckets)], axis=1)
    _, which, count = np.unique(cells, axis=0, return_inverse=True, return_counts=True)
    often: NDArray[np.bool_] = (count >= least)[which.ravel()]
    return often


def gather_scatter(gathered: Flows, scattered: Flows, *, window: int, tolerance: float) -> list[tuple[int, int]]:
    """Return pairs (fan-in, fan-out) of one account with alike sums.

    The out begins no earlier than the in and at most `window` after its end. Alike means that the smaller sum is at
    least `1 - tolerance` of the larger.
    """
    by_account: dict[int, list[int]] = {}
    for place, account in enumerate(scattered.account.tolist()):
        by_account.setdefault(account, []).append(place)
    pairs = []
    for place, account in enumerate(gathered.account.tolist()):
        for other in by_account.get(account, ()):
            follows = gathered.since[place] <= scattered.since[other] <= gathered.until[place] + window
            sums = sorted((int(gathered.amount[place]), int(scattered.amount[other])))
            if follows and sums[0] >= sums[1] * (1.0 - tolerance):
                pairs.append((place, other))
    return pairs


def round_trips(
    time: ArrayLike,
    source: ArrayLike,
    target: ArrayLike,
    amount: ArrayLike,
    party: ArrayLike,
    *,
    window: int,
    tolerance: float,
) -> RoundTrips:
    """Return payments that come back from the payee's party within the window.

    Each payment returns once, and each return serves one payment. Payments are served in order of time with the
    earliest unused returns, until at least `1 - tolerance` is back. Returns that would exceed the amount by more than
    the tolerance are passed over. A payment that falls short frees its returns.
    """
    times, amounts = np.ascontiguousarray(time, np.int64), np.ascontiguousarray(amount, np.int64)
    sources, targets = np.asarray(source, np.int32), np.asarray(target, np.int32)
    parties = np.asarray(party, np.int64)
    # Each payment has two rows: its payer against the payee's party, and its payee against the payer's party.
    payments = len(times)
    own = np.concatenate((sources, targets)).astype(np.int64)
    against = np.concatenate((parties[targets], parties[sources]))
    number = np.concatenate((np.arange(payments), np.arange(payments)))
    goes_out = (np.arange(2 * payments) < payments).astype(np.int32)
    alien = np.concatenate((parties[targets] != parties[sources],) * 2)
    foreign = np.flatnonzero(alien)
    order = foreign[np.lexsort((number[foreign], times[number[foreign]], against[foreign], own[foreign]))]
    return RoundTrips(
        *_returns(own[order], against[order], number[order], goes_out[order], times, amounts, window, tolerance)
    )


def fold_parallel(
    time: ArrayLike,
    source: ArrayLike,
    target: ArrayLike,
    amount: ArrayLike,
    goods: ArrayLike | None = None,
    *,
    span: int,
) -> tuple[I64, I32, I32, I64, I64, I64]:
    """Return payments of a pair (and goods) within one calendar span as one leg: time, source, target, sum, goods, and
    leg.

    The last array has each payment's leg. A leg has the time of its first payment; legs come in order of time. Whole
    spans folded alone make the same legs as all at once.
    """
    times, amounts = np.asarray(time, np.int64), np.asarray(amount, np.int64)
    sources, targets = np.asarray(source, np.int32), np.asarray(target, np.int32)
    kinds = np.zeros(len(times), np.int64) if goods is None else np.asarray(goods, np.int64)
    order = np.lexsort((np.arange(len(times)), times, kinds, targets, sources, times // span))
    keys = np.stack((times // span, sources, targets, kinds))[:, order]
    begins = np.ones(len(order), np.bool_)
    begins[1:] = (keys[:, 1:] != keys[:, :-1]).any(axis=0)
    first = order[begins]
    by_time = np.lexsort((first, times[first]))
    rank = np.empty(len(first), np.int64)
    rank[by_time] = np.arange(len(first))
    leg = np.empty(len(order), np.int64)
    leg[order] = rank[np.cumsum(begins) - 1]
    sums = np.zeros(len(first), np.int64)
    np.add.at(sums, leg, amounts)
    first = first[by_time]
    return times[first], sources[first], targets[first], sums, kinds[first], leg


@kernel
def _stretches(
    time: I64, peer: I32, account: I32, lot: I64, amount: I64, order: I64, window: int, least: int
) -> tuple[I32, I64, I64, I32, I64, I64, I64]:
    """Walk each account's payments in time with a window of distinct peers; qualifying windows that overlap are one
    stretch.
    """
    payments = len(order)
    inside = np.zeros(int(peer.max()) + 1 if payments else 1, np.int32)
    bounds, count = np.empty((16, 2), np.int64), 0
    left, distinct = 0, 0
    for right in range(payments):
        i = order[right]
        while left < right and (
            account[order[left]] != account[i] or lot[order[left]] != lot[i] or time[i] - time[order[left]] > window
        ):
            inside[peer[order[left]]] -= 1
            distinct -= inside[peer[order[left]]] == 0 and peer[order[left]] != account[order[left]]
            left += 1
        inside[peer[i]] += 1
        distinct += inside[peer[i]] == 1 and peer[i] != account[i]
        if distinct < least:
            continue
        if count > 0 and bounds[count - 1, END] > left:
            bounds[count - 1, END] = right + 1
            continue
        if count == len(bounds):
            bounds = np.concatenate((bounds, np.empty_like(bounds)))
        bounds[count, BEGIN], bounds[count, END] = left, right + 1
        count += 1
    owner, since, until = np.empty(count, np.int32), np.empty(count, np.int64), np.empty(count, np.int64)
    peers, total, start = np.zeros(count, np.int32), np.zeros(count, np.int64), np.zeros(count + 1, np.int64)
    listed, used = np.empty(payments, np.int64), 0
    inside[:] = 0
    for s in range(count):
        owner[s] = account[order[bounds[s, BEGIN]]]
        since[s], until[s] = time[order[bounds[s, BEGIN]]], time[order[bounds[s, END] - 1]]
        for at in range(bounds[s, BEGIN], bounds[s, END]):
            i = order[at]
            if peer[i] == account[i]:
                continue
            listed[used] = i
            used += 1
            total[s] += amount[i]
            if inside[peer[i]] != s + 1:
                inside[peer[i]] = s + 1
                peers[s] += 1
        start[s + 1] = used
    return owner, since, until, peers, total, start, listed[:used].copy()


@kernel
def _returns(
    own: I64, against: I64, number: I64, goes_out: I32, time: I64, amount: I64, window: int, tolerance: float
) -> tuple[I64, I64, I64]:
    rows = len(own)
    used = np.zeros(rows, np.bool_)
    out, start, back = np.empty(rows, np.int64), np.zeros(rows + 1, np.int64), np.empty(rows, np.int64)
    count, used_count = 0, 0
    for i in range(rows):
        if not goes_out[i]:
            continue
        sent, returned, first = amount[number[i]], 0, used_count
        for j in range(i + 1, rows):
            if own[j] != own[i] or against[j] != against[i] or time[number[j]] - time[number[i]] > window:
                break
            part = amount[number[j]]
            if goes_out[j] or used[j] or (returned + part) * (1.0 - tolerance) > sent:
                continue
            returned += part
            back[used_count] = j
            used_count += 1
            if returned >= sent * (1.0 - tolerance):
                break
        if returned < sent * (1.0 - tolerance):
            used_count = first
            continue
        for k in range(first, used_count):
            used[back[k]] = True
            back[k] = number[back[k]]
        out[count] = number[i]
        count += 1
        start[count] = used_count
    return out[:count], start[: count + 1], back[:used_count]
