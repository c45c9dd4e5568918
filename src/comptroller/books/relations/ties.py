"""Related parties: ties of every kind walked under the pack's list of what counts, each with its path and period.

The list `related` has one line a way. `item` is the ties in their order (`kin controls+`: what a relative controls at
any remove), `body` the category that it makes, `share_pct` the least share of stakes on the way. What no line allows is
no relation, however short. A stake that gives control by the list `control` is a tie of control as well. A party with
more than `position` ties (of the line `hub`) is named and not walked through: an agent's address joins thousands with
nothing in common. Neither is the owner's body nor another public body: being owned by one state is no relation.
"""

import datetime as dt
import sys
from collections.abc import Iterator
from typing import Any, NamedTuple

from comptroller.books.facts.tables import standing
from comptroller.books.ownership.bases import LIST as CONTROL
from comptroller.books.relations.tie_patterns import State, TiePatterns
from comptroller.model.policy import ListLine, Pack
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
_OPPOSITE = _BOTH | {there: here for here, there in _BOTH.items()}
_OPPOSITE |= {"holds_post": "officer", "officer": "holds_post", "holds": "held_by", "held_by": "holds"}
"""Each word of a tie with the word of the same tie walked from its other end."""
_EVER = (dt.date.min, dt.date.max)
_ALWAYS = dt.date(1900, 1, 1)
"""The first day of a policy without a beginning."""
_ASSERTED = "asserted_control"


class Tie(NamedTuple):
    """A tie from one party to another: its word, the days when it holds, and the share of a stake in percent."""

    other: str
    how: str
    since: dt.date
    until: dt.date
    fact: int
    share_pct: float | None = None


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


class _Walk(NamedTuple):
    """A walk from a party so far: where it is, the ties, the places within lines, and the days when all ties hold."""

    party: str
    ties: tuple[Tie, ...]
    state: State
    since: dt.date
    until: dt.date


class RelationTies:
    """All current ties, by party, and the ways that count."""

    def __init__(self, duck: DuckDb, pack: Pack, day: dt.date | None, *, known: int | None = None) -> None:
        """Read the current ties (or those known with an entry); the day chooses the list's lines."""
        self.day = day
        self._ties: dict[str, dict[tuple[int, str, dt.date], Tie]] = {}
        self._bodies: dict[str, set[int]] = {}
        lines = _in_force(pack, LIST, day)
        self.patterns = TiePatterns(line for line in lines if line.item != HUB)
        self._hub = next((line.position for line in lines if line.item == HUB and line.position), 1000)
        self._control = pack.lists[CONTROL].lines if CONTROL in pack.lists else ()
        for kind in _SELECT:
            if kind in pack.kinds:
                rows = f"({standing(kind, pack.kinds[kind], known=known)})"
                self.add(kind, ties_of(duck, kind, rows))

    def add(self, kind: str, rows: list[tuple[Any, ...]]) -> set[str]:
        """Add ties (left, right, word, since, until, fact, share) of a kind; return the parties at their ends."""
        if kind == "entity":
            for party, *_, fact, _ in rows:
                self._bodies.setdefault(party, set()).add(fact)
            return {row[0] for row in rows}
        ends = set()
        for left, right, word, since, until, fact, share in rows:
            forth = {"post": "holds_post", _ASSERTED: "holds"}.get(word, word) if kind != "post" else word
            tie = Tie(right, forth, since or _EVER[0], until or _EVER[1], fact, share)
            for one in (tie, *self._controls(tie, word)):
                self._join(one, left)
            ends |= {left, right}
        return ends

    def _join(self, tie: Tie, left: str) -> None:
        """Note a tie at both of its ends."""
        back = tie._replace(other=left, how=_OPPOSITE[tie.how])
        self._ties.setdefault(left, {})[tie.fact, tie.how, tie.since] = tie
        self._ties.setdefault(tie.other, {})[back.fact, back.how, back.since] = back

    def _controls(self, tie: Tie, word: str) -> list[Tie]:
        """Return the ties of control that a stake makes: by its share, or because control is asserted."""
        if tie.how != "holds":
            return []
        ties = []
        for line in self._control:
            by_share = line.item == "shares" and (tie.share_pct or 0.0) > (line.share_pct or 100.0)
            if by_share or (line.item == "asserted" and word == _ASSERTED):
                # A line that has always been in force adds no day of its own.
                begin = tie.since if line.valid_from <= _ALWAYS else max(tie.since, line.valid_from)
                end = min(tie.until, line.valid_until or _EVER[1])
                if begin < end:
                    ties.append(tie._replace(how="controls", since=begin, until=end))
        return ties

    def end(self, kind: str, rows: list[tuple[Any, ...]]) -> set[str]:
        """End ties of a kind; return the parties at their ends."""
        if kind == "entity":
            for party, *_, fact, _ in rows:
                self._bodies.get(party, set()).discard(fact)
            return {row[0] for row in rows}
        ends = set()
        for left, right, _, _, _, fact, _ in rows:
            for party in (left, right):
                ties = self._ties.get(party, {})
                for key in [key for key in ties if key[0] == fact]:
                    del ties[key]
                ends.add(party)
        return ends

    def knows(self, party: str) -> bool:
        """Return whether a party has any tie."""
        return party in self._ties

    def _is_closed(self, party: str) -> bool:
        """Return whether ways end at a party: it has too many ties, or it is a public body."""
        return len(self._ties.get(party, ())) > self._hub or bool(self._bodies.get(party))

    def starts(self, parties: set[str]) -> set[str]:
        """Return every party with a way, or a part of one, to one of those parties, and those parties.

        Ways are walked backwards from each party at every place of every line.
        """
        waiting = [(party, line, place) for party in parties for line, place in self.patterns.places]
        seen, found = set(waiting), set(parties)
        while waiting:
            party, line, place = waiting.pop()
            if place == 0:
                found.add(party)
            if party not in parties and self._is_closed(party):
                continue
            for tie in self._ties.get(party, {}).values():
                for earlier in self.patterns.before(line, place, _OPPOSITE[tie.how]):
                    step = (tie.other, line, earlier)
                    if step not in seen:
                        seen.add(step)
                        waiting.append(step)
        return found

    def ways(self, start: str, steps: int) -> tuple[list[Way], set[str]]:
        """Return the ways of at most so many ties from a party that count, and the parties where ways had to end.

        Where a tie may be walked again, a way counts if no shorter one to the same place holds on all of its days. So
        the ways are few however densely parties are tied, and do not depend on the order of the ties.
        """
        ways: list[Way] = []
        closed: set[str] = set()
        periods: dict[tuple[str, State], list[tuple[dt.date, dt.date]]] = {}
        walks = [_Walk(start, (), self.patterns.start, *_EVER)]
        while walks:
            closed |= {walk.party for walk in walks if walk.ties and self._is_closed(walk.party)}
            longer = [
                one
                for walk in walks
                if walk.party == start or walk.party not in closed
                for one in self._on(walk, start)
            ]
            walks = []
            for walk in sorted(longer, key=lambda one: one.ties):
                if self.patterns.is_repeated(walk.state):
                    earlier = periods.setdefault((walk.party, walk.state), [])
                    if any(since <= walk.since and walk.until <= until for since, until in earlier):
                        continue
                    earlier.append((walk.since, walk.until))
                ways += [
                    Way(walk.party, body, walk.ties, walk.since, walk.until)
                    for body in self.patterns.categories(walk.state)
                ]
                if len(walk.ties) < steps and self.patterns.can_go_on(walk.state):
                    walks.append(walk)
        return ways, closed

    def _on(self, walk: _Walk, start: str) -> Iterator[_Walk]:
        """Yield a walk with each tie that may follow and leads to a party that it has not met."""
        met = {start, *(tie.other for tie in walk.ties)}
        for tie in self._ties.get(walk.party, {}).values():
            after = self.patterns.after(walk.state, tie.how, tie.share_pct)
            since, until = max(walk.since, tie.since), min(walk.until, tie.until)
            if after and since < until and tie.other not in met:
                yield _Walk(tie.other, (*walk.ties, tie), after, since, until)

    @property
    def most_steps(self) -> int:
        """Return the length of the longest way that counts; it has no bound where a tie may be walked again."""
        return sys.maxsize if self.patterns.is_open else self.patterns.longest

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
    "relation": "SELECT left_party, right_party, relation, valid_from, valid_until, fact, NULL",
    "post": "SELECT person, entity, 'holds_post', valid_from, valid_until, fact, NULL",
    "stake": (
        f"SELECT holder, entity, CASE WHEN mode = 'asserted_control' THEN '{_ASSERTED}' ELSE 'holds' END, valid_from, "
        "valid_until, fact, CAST(coalesce(share_pct, share_low_pct) AS DOUBLE)"
    ),
    "entity": "SELECT entity, NULL, 'public_body', NULL, NULL, fact, NULL",
}
"""How a tie is read from each kind; a band of shares counts with its lower end."""
_WHERE = {"entity": " WHERE is_owner OR form = 'public_body'"}


def ties_of(duck: DuckDb, kind: str, source: str) -> list[tuple[Any, ...]]:
    """Return the ties that rows of a kind make, as `RelationTies` takes them."""
    return duck.rows(f"{_SELECT[kind]} FROM {source} AS s{_WHERE.get(kind, '')}")


def _in_force(pack: Pack, name: str, day: dt.date | None) -> list[ListLine]:
    """Return the lines of a list in force on a day; all of them without a day."""
    lines = pack.lists[name].lines if name in pack.lists else ()
    return [x for x in lines if day is None or (x.valid_from <= day and (x.valid_until is None or day < x.valid_until))]
