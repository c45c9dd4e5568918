"""Related parties: ties of every kind walked under the pack's list of what counts, each with its path and period.

The list `related` has one line a way. `item` is the ties in their order (`kin controls`: a relative's controlled firm),
`body` the category that it makes. What no line allows is no relation, however short. A party with more than `position`
ties (of the line `hub`) is named and not walked through: an agent's address joins thousands with nothing in common.
"""

import datetime as dt
from typing import Any, NamedTuple

from comptroller.books.facts.tables import standing
from comptroller.model.policy import Pack
from comptroller.store.duck import DuckDb

LIST, HUB = "related", "hub"
_BOTH = {
    "kin": "kin",
    "related_entity": "related_entity",
    "acting_in_concert": "acting_in_concert",
    "agreement": "agreement",
    "same_address": "same_address",
    "same_phone": "same_phone",
    "controls": "controlled_by",
    "post": "officer",
}
"""Each relation with its word from the other side."""
_EVER = (dt.date.min, dt.date.max)


class Tie(NamedTuple):
    """A tie from one party to another: its word, and the days when it holds."""

    other: str
    how: str
    since: dt.date
    until: dt.date
    fact: int


class Way(NamedTuple):
    """One way to a related party: its category, the ties walked, and the days when all of them hold."""

    party: str
    category: str
    ties: tuple[Tie, ...]
    since: dt.date
    until: dt.date

    def path(self, start: str) -> str:
        """Return the way as text: p>kin>k>controls>B."""
        return ">".join([start, *(word for tie in self.ties for word in (tie.how, tie.other))])


class RelationTies:
    """All current ties, by party, and the ways that count."""

    def __init__(self, duck: DuckDb, pack: Pack, day: dt.date | None, *, known: int | None = None) -> None:
        """Read the current ties (or those known with an entry); the day chooses the list's lines."""
        self.day = day
        self._ties: dict[str, dict[tuple[int, str], Tie]] = {}
        lines = pack.lists[LIST].lines if LIST in pack.lists else ()
        in_force = [
            x for x in lines if day is None or (x.valid_from <= day and (x.valid_until is None or day < x.valid_until))
        ]
        self._ways = {tuple(line.item.split()): line.body for line in in_force if line.item != HUB}
        self._begun = {way[:n] for way in self._ways for n in range(1, len(way) + 1)}
        self._hub = next((line.position for line in in_force if line.item == HUB and line.position), 1000)
        for kind in ("relation", "post", "stake"):
            if kind in pack.kinds:
                self.add(
                    kind, duck.rows(f"{_SELECT[kind]} FROM ({standing(kind, pack.kinds[kind], known=known)}) AS s")
                )

    def add(self, kind: str, rows: list[tuple[Any, ...]]) -> set[str]:
        """Add ties (left, right, word, since, until, fact) of a kind; return the parties at their ends."""
        ends = set()
        for left, right, word, since, until, fact in rows:
            back = _BOTH.get(word) or {"holds_post": "officer", "holds": "held_by"}[word]
            forth = "holds_post" if kind == "relation" and word == "post" else word
            period = (since or _EVER[0], until or _EVER[1])
            self._ties.setdefault(left, {})[fact, forth] = Tie(right, forth, *period, fact)
            self._ties.setdefault(right, {})[fact, back] = Tie(left, back, *period, fact)
            ends |= {left, right}
        return ends

    def end(self, rows: list[tuple[Any, ...]]) -> set[str]:
        """End ties; return the parties at their ends."""
        ends = set()
        for left, right, _, _, _, fact in rows:
            for party in (left, right):
                ties = self._ties.get(party, {})
                for key in [key for key in ties if key[0] == fact]:
                    del ties[key]
                ends.add(party)
        return ends

    def knows(self, party: str) -> bool:
        """Return whether a party has any tie."""
        return party in self._ties

    @property
    def most_steps(self) -> int:
        """Return the length of the longest way that counts."""
        return max((len(way) for way in self._ways), default=0)

    def near(self, parties: set[str], steps: int) -> set[str]:
        """Return every party within so many ties of those parties, by any ties; hubs are not walked through."""
        near, last = set(parties), set(parties)
        for _ in range(steps):
            last = {
                t.other for p in last if len(self._ties.get(p, ())) <= self._hub for t in self._ties.get(p, {}).values()
            }
            last -= near
            near |= last
        return near

    def ways(self, start: str, steps: int) -> tuple[list[Way], set[str]]:
        """Return every way of at most so many ties from a party that counts, and the hubs that were not walked
        through.
        """
        ways: list[Way] = []
        hubs: set[str] = set()
        waiting: list[tuple[str, tuple[Tie, ...], dt.date, dt.date]] = [(start, (), *_EVER)]
        while waiting:
            party, walked, since, until = waiting.pop()
            ties = self._ties.get(party, {})
            if walked and len(ties) > self._hub:
                hubs.add(party)
                continue
            for tie in ties.values():
                words = (*(t.how for t in walked), tie.how)
                period = (max(since, tie.since), min(until, tie.until))
                met = tie.other == start or any(t.other == tie.other for t in walked)
                if words not in self._begun or period[0] >= period[1] or met:
                    continue
                longer = (*walked, tie)
                if words in self._ways:
                    ways.append(Way(tie.other, self._ways[words], longer, *period))
                if len(longer) < steps:
                    waiting.append((tie.other, longer, *period))
        return ways, hubs

    def around(self, start: str, steps: int) -> tuple[list[dict[str, Any]], list[str]]:
        """Return who is related to a party on the day, nearest first, each category of each once, and the hubs."""
        ways, hubs = self.ways(start, steps)
        best: dict[tuple[str, str], Way] = {}
        for way in sorted(ways, key=lambda w: (len(w.ties), w.path(start))):
            if self.day is None or way.since <= self.day < way.until:
                best.setdefault((way.party, way.category), way)
        relations = [
            {
                "party": way.party,
                "category": way.category,
                "how": " ".join(tie.how for tie in way.ties),
                "steps": len(way.ties),
                "path": way.path(start),
                "facts": [tie.fact for tie in way.ties],
            }
            for way in best.values()
        ]
        return relations, sorted(hubs)


_SELECT = {
    "relation": "SELECT left_party, right_party, relation, valid_from, valid_until, fact",
    "post": "SELECT person, entity, 'holds_post', valid_from, valid_until, fact",
    "stake": "SELECT holder, entity, 'holds', valid_from, valid_until, fact",
}
"""How a tie is read from each kind."""


def ties_of(duck: DuckDb, kind: str, source: str) -> list[tuple[Any, ...]]:
    """Return the ties that rows of a kind make, as `Relations` takes them."""
    return duck.rows(f"{_SELECT[kind]} FROM {source} AS s")
