"""Effective share: what an owner has of every entity through chains, cross-holdings and loops, and what has no known
owner.

The definition is that of integrated ownership. Let a_kj be the direct share of k in j. An owner's share e solves `e_j =
sum over k of e_k a_kj`, with the owner's own e set to 1 and nothing led back into the owner. For an ultimate owner this
is a row of `A (I - A)^-1` (Brioschi, Buzzacchi, Colombo, "Gruppi di imprese e mercato finanziario", 1989; Ellerman
1991). For an owner within a loop it is the corrected form of Baldone, Brioschi and Paleari ("Ownership measures among
firms connected by cross-shareholdings", 1998). There a company does not own itself through others. Every share in a
fully disclosed company then ends with ultimate owners, and they sum to 1.

What is not disclosed is treated as one more owner, the gap: it travels down the chains like any share and is never
spread over the known owners. The order of elimination (strong components, upstream first) is stored, so that one owner
everywhere is one pass. A loop that owns itself wholly or more has no solution: its members are shown as all gap, and
flagged.
"""

# ruff: noqa: PLR0913, PLR0917  (columns of one table are handed in side by side)

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from comptroller.graph.elimination import ONE, REACHED, ZERO, all_owners, arrange, one_owner, up_from
from comptroller.graph.jit import F64, I32, I64
from comptroller.graph.rings import components

OVER, ENDLESS, UNSIZED = 1, 2, 4
"""Flags: an entity's stakes sum above 100%; it lies in a loop without solution; a stake in it has no known size."""

TINY = 1e-9


@dataclass(frozen=True)
class Range:
    """An owner's share of every entity as lower, middle and upper bound, each at most 1."""

    lower: F64
    middle: F64
    upper: F64


@dataclass(frozen=True)
class Owners:
    """The ultimate owners of every entity: those of `j` are `owner[start[j]:start[j+1]]`, with their `share`.

    `gap` is what is not disclosed, `dropped` what was below the threshold and left out: the shares, gap and dropped sum
    to 1.
    """

    start: I64
    owner: I32
    share: F64
    gap: F64
    dropped: F64

    def of(self, entity: int) -> dict[int, float]:
        """Return the ultimate owners of one entity and their shares."""
        span = slice(int(self.start[entity]), int(self.start[entity + 1]))
        return dict(zip(self.owner[span].tolist(), self.share[span].tolist(), strict=True))


class Shares:
    """Direct shares (fractions of 1; NaN where the size is not known) with the order of elimination.

    - `flags` marks what is wrong with an entity's stakes.
    - `undisclosed` is what its stakes leave open.
    - `gap` is the part of it that ends with no known owner.
    """

    def __init__(self, size: int, holder: ArrayLike, company: ArrayLike, share: ArrayLike) -> None:
        """Sort the entities upstream first; a stake of unknown size counts as nothing, and its company is flagged."""
        holders, companies = np.ascontiguousarray(holder, np.int32), np.ascontiguousarray(company, np.int32)
        shares = np.array(share, np.float64)
        unsized = np.isnan(shares)
        shares[unsized] = 0.0
        if (shares < 0).any():
            raise ValueError("a stake is negative")
        self.size, self.flags = size, np.zeros(size, np.uint8)
        count, label = components(size, holders, companies)
        self.order, self._block, self._start, self._holder, self._share = arrange(
            count, label, holders, companies, shares
        )
        self.place: I32 = np.empty(size, np.int32)
        self.place[self.order] = np.arange(size, dtype=np.int32)
        disclosed = np.bincount(companies, shares, size)
        self.undisclosed: F64 = np.where(np.bincount(companies, minlength=size) > 0, np.maximum(1 - disclosed, 0), 0.0)
        self.undisclosed[self.undisclosed < TINY] = 0.0
        self._open: F64 = self.undisclosed[self.order]
        self._weight: F64 = np.zeros(size)
        endless = np.zeros(size)
        self.gap: F64 = self._down(self.undisclosed, -1, ONE, endless)
        self.flags[companies[unsized]] |= UNSIZED
        self.flags[disclosed > 1 + TINY] |= OVER
        self.flags[self.order[endless > 0]] |= ENDLESS

    def of_owner(self, owner: int) -> F64:
        """Return the owner's effective share of every entity, and 1 of itself."""
        return self._seeded(owner, ZERO)

    def most_of_owner(self, owner: int) -> F64:
        """Return the same as an upper bound: never above 1, and 1 throughout a loop without solution that the
        owner reaches.
        """
        return self._seeded(owner, REACHED)

    def owners_of(self, entity: int) -> tuple[dict[int, float], float]:
        """Return the ultimate owners of one entity with their shares, and its gap."""
        places, shares, gap = up_from(
            int(self.place[entity]), self._block, self._start, self._holder, self._share, self._open, self._weight
        )
        return dict(zip(self.order[places].tolist(), shares.tolist(), strict=True)), float(gap)

    def every_owner(self, least: float = 0.0) -> Owners:
        """Return the ultimate owners of every entity; those with less than `least` of it are left out and their
        sum is returned.
        """
        arrays = all_owners(least, self._block, self._start, self._holder, self._share, self.gap[self.order])
        begin, owner, share, dropped = arrays
        start: I64 = np.zeros(self.size + 1, np.int64)
        count = np.diff(begin)
        np.cumsum(count[self.place], out=start[1:])
        # Lists are in order of place; bring them into the order of the entities.
        source = np.repeat(begin[:-1][self.place] - start[:-1], count[self.place]) + np.arange(len(owner))
        return Owners(start, self.order[owner[source]], share[source], self.gap, dropped[self.place])

    def _seeded(self, owner: int, unsolved: int) -> F64:
        seed = np.zeros(self.size)
        seed[owner] = 1.0
        return self._down(seed, int(self.place[owner]), unsolved, np.zeros(self.size))

    def _down(self, seed: F64, owner: int, unsolved: int, endless: F64) -> F64:
        by_place = one_owner(
            seed[self.order], owner, self._block, self._start, self._holder, self._share, unsolved, endless
        )
        return by_place[self.place]


class RangedShares:
    """Direct shares known as lower and upper bound each, with or without a middle (else half way)."""

    def __init__(
        self,
        size: int,
        holder: ArrayLike,
        company: ArrayLike,
        lower: ArrayLike,
        upper: ArrayLike,
        middle: ArrayLike | None = None,
    ) -> None:
        """Build three systems; an upper bound is first cut to what the lower bounds of the others leave, never
        below its own.
        """
        low, high = np.asarray(lower, np.float64), np.asarray(upper, np.float64)
        if (low > high).any():
            raise ValueError("a lower bound is above its upper bound")
        companies = np.asarray(company, np.int32)
        left = 1.0 - np.bincount(companies, low, size)[companies] + low
        high = np.maximum(np.minimum(high, left), low)
        between = (low + high) / 2 if middle is None else np.clip(np.asarray(middle, np.float64), low, high)
        self.lower, self.middle, self.upper = (Shares(size, holder, companies, part) for part in (low, between, high))

    def of_owner(self, owner: int) -> Range:
        """Return the owner's effective share of every entity as lower, middle and upper bound."""
        low, between = self.lower.of_owner(owner), self.middle.of_owner(owner)
        return Range(low, between, np.maximum(self.upper.most_of_owner(owner), between))
