"""Which parties were above a party on any day, by stakes, posts, management and reported control."""

from comptroller.books.facts.tables import standing
from comptroller.books.register.party_ids import PartyIds
from comptroller.model.policy import Pack
from comptroller.store.duck import DuckDb

_UPPERS = (
    ("stake", "holder", "entity"),
    ("relation", "left_party", "right_party"),
    ("post", "appointed_by", "entity"),
    ("entity", "parent", "entity"),
)
"""For each kind, the columns of the upper and the lower party."""


class AncestorsOverTime:
    """Pairs of parties; the one may have been above the other."""

    def __init__(self, pack: Pack, known: int | None, parties: PartyIds) -> None:
        """Start without pairs."""
        self._pack, self._known, self._parties = pack, known, parties
        self._uppers: dict[int, set[int]] = {}

    def read(self, duck: DuckDb) -> set[int]:
        """Read who was above the parties in the table `asked_entities`; return them."""
        uppers = set()
        for kind, upper, lower in _UPPERS:
            if kind not in self._pack.kinds:
                continue
            rows = standing(kind, self._pack.kinds[kind], known=self._known)
            scope = f"WHERE {lower} IN (SELECT entity FROM asked_entities) AND {upper} IS NOT NULL"
            for above, below in duck.rows(f"SELECT DISTINCT {upper}, {lower} FROM ({rows}) AS s {scope}"):
                number = self._parties.number(above)
                self._uppers.setdefault(self._parties.number(below), set()).add(number)
                uppers.add(number)
        return uppers

    def of(self, party: str) -> set[str]:
        """Return a party and all that was ever above it, directly or through others."""
        number = self._parties.number(party)
        above, waiting = {number}, [number]
        while waiting:
            for upper in self._uppers.get(waiting.pop(), ()):
                if upper not in above:
                    above.add(upper)
                    waiting.append(upper)
        return {self._parties.names[n] for n in above}
