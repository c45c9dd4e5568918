"""Small worlds of random facts about few things, so that they meet often: what the laws are tried on."""

import datetime as dt
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import pyarrow as pa
from hypothesis import strategies as st

from comptroller.books import Books
from comptroller.evaluation import Evaluation
from comptroller.intake.consistency import check_consistency
from comptroller.intake.schema import shape_rows
from comptroller.intake.validate import Facts
from comptroller.model.policy import Pack
from comptroller.packs import gather_files, read_pack
from comptroller.store.duck import DuckDb
from tests.packs_small.small import small_pack

PACKS = Path(__file__).parents[2] / "packs"
RECEIVED = dt.datetime(2024, 6, 1, tzinfo=dt.UTC)
Row = dict[str, str]


@lru_cache(maxsize=4)
def pack(name: str) -> Pack:
    """Return a pack that ships, or the small one of the tests."""
    if name == "small":
        return small_pack()
    return read_pack(gather_files([PACKS], name), name)


_entity = st.sampled_from(["A", "B"])
_matter = st.sampled_from(["M1", "M2"])
_act = st.sampled_from(["state", "state", "state", "correct", "retract"])
_day = st.dates(dt.date(2024, 1, 1), dt.date(2024, 8, 31)).map(str)
_instant = st.datetimes(dt.datetime(2024, 1, 1), dt.datetime(2024, 8, 31)).map(
    lambda d: d.replace(microsecond=0).isoformat()
)
_amount = st.sampled_from(["100", "100", "900000", "2000000", "30000000", ""])


def _row(**fields: st.SearchStrategy[str]) -> st.SearchStrategy[Row]:
    return st.fixed_dictionaries({"act": _act, **fields}).map(lambda row: {k: v for k, v in row.items() if v})


_FACTS: dict[str, st.SearchStrategy[Row]] = {
    "payment": _row(
        entity=_entity,
        payment=st.sampled_from(["P1", "P2", "P3"]),
        payee=st.sampled_from(["S1", "S2", ""]),
        payee_kind=st.sampled_from(["entity", "person", ""]),
        amount=_amount.filter(bool),
        currency=st.just("CNY"),
        paid_at=_instant,
        contract=st.sampled_from(["C1", ""]),
        matter=st.sampled_from(["M1", "M2", ""]),
        item=st.sampled_from(["payment", ""]),
    ),
    "decision": _row(
        entity=_entity,
        decision=st.sampled_from(["D1", "D2", "D3"]),
        matter=_matter,
        body=st.sampled_from(["board", "party_committee", "officer"]),
        kind=st.sampled_from(["decision", "study", ""]),
        outcome=st.sampled_from(["approved", "rejected"]),
        decided_at=_instant,
        item=st.sampled_from(["payment", "I1", ""]),
        amount=_amount,
        seats=st.sampled_from(["5", ""]),
        present=st.sampled_from(["2", "5", ""]),
        yes=st.sampled_from(["2", "4", ""]),
    ),
    "contract": _row(
        entity=_entity,
        contract=st.sampled_from(["C1", "C2"]),
        counterparty=st.sampled_from(["S1", "S2"]),
        amount=_amount,
        currency=st.just("CNY"),
        signed_on=_day,
        matter=st.sampled_from(["M1", ""]),
        signer=st.sampled_from(["U1", ""]),
    ),
    "invoice": _row(
        entity=_entity,
        side=st.sampled_from(["input", "output"]),
        invoice=st.sampled_from(["1", "2"]),
        line_id=st.sampled_from(["a", "b"]),
        counterparty=st.sampled_from(["S1", "S2"]),
        issued_on=_day,
        net=st.sampled_from(["1", "2"]),
        tax=st.sampled_from(["1", ""]),
        gross=st.sampled_from(["2", "3"]),
        status=st.sampled_from(["valid", "void"]),
    ),
    "list_line": _row(
        entity=_entity,
        list=st.sampled_from(["collective_decision", "prestudy"]),
        item=st.sampled_from(["payment", "I1"]),
        limit_cny=st.sampled_from(["50", "1000000", ""]),
        body=st.sampled_from(["board", ""]),
        valid_from=st.just("2024-03-01"),
    ),
    "entity": _row(
        entity=st.sampled_from(["B", "C"]),
        name=st.just("N"),
        parent=st.sampled_from(["A", ""]),
        status=st.sampled_from(["active", "dormant"]),
        has_party_committee=st.sampled_from(["true", "false", ""]),
    ),
    "post": _row(
        entity=_entity,
        person=st.sampled_from(["U1", "U2"]),
        post=st.sampled_from(["legal_representative", "director", "outside_director"]),
        valid_from=st.sampled_from(["2024-01-01", "2024-05-01"]),
    ),
}


_VOTES = (
    '[{"person": "U1", "vote": "yes"}]',
    '[{"person": "U1", "vote": "no"}, {"person": "U2", "vote": "no"}]',
    "[]",
    "",
)
_SMALL_FACTS: dict[str, st.SearchStrategy[Row]] = {
    "payment": _row(
        entity=_entity,
        payment=st.sampled_from(["P1", "P2", "P3", "P4"]),
        payee=st.sampled_from(["S1", "S2", "TAX", ""]),
        amount=st.sampled_from(["600", "600", "5000", "0"]),
        paid_on=st.one_of(
            st.just(""), st.integers(0, 40).map(lambda n: str(dt.date(2024, 3, 10) + dt.timedelta(days=n)))
        ),
        matter=st.sampled_from(["M1", "M2", ""]),
    ),
    "decision": _row(
        entity=_entity,
        decision=st.sampled_from(["D1", "D2"]),
        matter=_matter,
        outcome=st.sampled_from(["approved", "approved", "rejected"]),
        decided_on=_day,
        votes=st.sampled_from(_VOTES),
    ),
    "entity": _FACTS["entity"],
    "list_line": _row(
        entity=_entity,
        list=st.just("free_items"),
        item=st.sampled_from(["S1", "S2"]),
        valid_from=st.sampled_from(["2024-03-01", "2024-04-01"]),
    ),
}


@st.composite
def facts(draw: st.DrawFn, most: int = 24, of: str = "") -> list[tuple[str, Row]]:
    """Return facts of several kinds in the order of reporting; `of` is "small" for the small pack's."""
    drawn = _SMALL_FACTS if of == "small" else _FACTS
    count = draw(st.integers(1, most))
    kinds = draw(st.lists(st.sampled_from(sorted(drawn)), min_size=count, max_size=count))
    return [(kind, draw(drawn[kind])) for kind in kinds]


@lru_cache(maxsize=4)
def _stage(name: str) -> DuckDb:
    """Return a database with a pack's tables, for trying one world after the other inside a transaction."""
    duck = DuckDb(memory="500MB")
    Books(duck, pack(name), owner="O", zone="UTC")
    Evaluation(duck, pack(name))
    duck.execute("BEGIN")
    return duck


@dataclass
class World:
    """Books and evaluation in memory; each fact is a report of its own."""

    duck: DuckDb
    books: Books
    evaluation: Evaluation
    said: int = 0

    @classmethod
    def new(cls, of: Pack) -> "World":
        """Return an empty world with entities A and B, and the clock at the end of June; the one before it is
        forgotten.
        """
        duck = _stage(of.name)
        duck.execute("ROLLBACK")
        duck.execute("BEGIN")
        books = Books(duck, of, owner="O", zone="UTC")
        world = cls(duck, books, Evaluation(duck, of))
        world.say([("entity", {"entity": one, "name": one}) for one in ("A", "B")])
        world.tick(dt.date(2024, 6, 30))
        return world

    def tick(self, day: dt.date) -> None:
        """Set the clock to a day."""
        change = self.books.tick(dt.datetime.combine(day, dt.time(12), tzinfo=dt.UTC))
        self.evaluation.judge(change.added, change.ended, renewed=change.renewed, known=self.said)

    def say(self, rows: list[tuple[str, Row]], *, judged: bool = True, at: dt.datetime = RECEIVED) -> int:
        """Report facts as one batch, without those that make no sense; returns how many were reported."""
        taken, waiting = 0, rows
        while waiting:
            sound, later = self._sense(waiting)
            taken += len(sound)
            if sound:
                self._fold(sound, judged=judged, at=at)
            waiting = later
        return taken

    def _shape(self, rows: list[tuple[str, Row]]) -> Facts:
        tables, lists = {}, {}
        for kind in dict.fromkeys(k for k, _ in rows):
            mine = [(i, row) for i, (k, row) in enumerate(rows) if k == kind]
            columns = list(dict.fromkeys(c for _, row in mine for c in row))
            raw = {c: pa.array([row.get(c) for _, row in mine], pa.string()) for c in columns}
            ones = pa.array([1] * len(mine), pa.int64())
            raw |= {"report": pa.array([i for i, _ in mine], pa.int64()), "seq": ones, "line": ones}
            shaped, refused = shape_rows(self.duck, self.books.pack.kinds[kind], pa.table(raw), kind)
            assert not refused, refused[0][1].text()
            assert shaped is not None
            tables[kind] = shaped.table
            lists.update(shaped.lists)
        return Facts(tables, lists)

    def _sense(self, rows: list[tuple[str, Row]]) -> tuple[list[tuple[str, Row]], list[tuple[str, Row]]]:
        facts = self._shape(rows)
        refused, waits = check_consistency(self.books.pack.kinds, facts.tables, self.books)
        first = min(waits, default=len(rows))
        wrong = {at for at, _ in refused}
        return [row for i, row in enumerate(rows[:first]) if i not in wrong], rows[first:]

    def _fold(self, rows: list[tuple[str, Row]], *, judged: bool, at: dt.datetime) -> None:
        facts = self._shape(rows)
        if judged:
            self.evaluation.prepare([*facts.tables, *facts.lists])
        change = self.books.fold(facts.tables, facts.lists, self.said + 1, at)
        self.said += len(rows)
        if judged:
            self.evaluation.judge(change.added, change.ended, renewed=change.renewed, known=self.said)

    def standing(self, *, entries: bool = True) -> set[tuple[object, ...]]:
        """Return all current verdicts: rule, subject, the missing input, evidence, and (if wanted) the facts
        behind it.
        """
        return {
            (v.rule, v.subject, v.missing, v.excluded, v.evidence, v.entries if entries else len(v.entries))
            for rule in self.evaluation.findings.rules()
            for v in self.evaluation.findings.standing(rule)
        }
