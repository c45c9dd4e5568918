"""The tables that are made from the graph and the register, as of another day or as known with an entry.

- The nearest state is the one in the books. A stake or an assertion may hold in one of the two states and not in the
  other. The difference hangs below its company. Only that, and what lies above it, is computed again.
- Some tables cannot be moved to a state (levels, relations, circles): for them, only the facts that they need are read.
"""

import datetime as dt
from collections.abc import Iterator, Mapping

import pyarrow as pa

from comptroller.books.facts.tables import FIXED, GOVERNANCE, as_of, standing
from comptroller.books.flows.cycle_rows import CycleRows
from comptroller.books.flows.fan_rows import FanRows
from comptroller.books.flows.guarantee_rows import guarantee_rows
from comptroller.books.group_heads import TABLE as GROUP_HEAD, GroupHeads
from comptroller.books.ownership.bases import Assertions, bases_on
from comptroller.books.ownership.control_groups import groups_of
from comptroller.books.ownership.control_periods import TABLE as CONTROL_PERIOD, ControlPeriods, period_table
from comptroller.books.ownership.control_rows import COLUMNS, ControlEvidence, evidence_of, limits
from comptroller.books.ownership.graph import OwnershipGraph
from comptroller.books.register.party_ids import PartyIds
from comptroller.books.register.register import Register, register_tables
from comptroller.books.relations.related_rows import Related
from comptroller.model.policy import Pack
from comptroller.store.duck import DuckDb

_LAST = 1 << 40
"""An entry after all others."""


class GraphAsOf(Mapping[str, str]):
    """SQL by table for one state of the books, true on a day and as known with an entry; computed on first read."""

    def __init__(self, duck: DuckDb, pack: Pack, owner: str, *, valid: dt.date | None, known: int | None) -> None:
        """Start with a day (the clock's, where None) and an entry (the last, where None)."""
        self._beside: Mapping[str, str] = {}
        self._duck, self._pack, self._owner = duck, pack, owner
        self._valid, self._known = valid, known
        self._views: dict[str, str] = {}
        clock = duck.rows("SELECT today FROM clock")
        self.today: dt.date | None = clock[0][0] if clock else None
        self.day = valid or self.today

    def beside(self, others: Mapping[str, str]) -> "GraphAsOf":
        """Return these tables together with those of the graph."""
        self._beside = others
        return self

    def _names(self) -> tuple[str, ...]:
        capital = tuple(COLUMNS) if "stake" in self._pack.kinds else ()
        circles = ("guarantee_circle",) if "guarantee" in self._pack.kinds else ()
        others = (
            "ancestor",
            "level",
            GROUP_HEAD,
            *GOVERNANCE,
            CONTROL_PERIOD,
            "control_turn",
            "related",
            "trade_cycle",
            "search_limit",
            "flow_fan",
        )
        return (*self._beside, *capital, *others, *circles)

    def __iter__(self) -> Iterator[str]:
        """Return the tables."""
        return iter(self._names())

    def __len__(self) -> int:
        """Return how many tables there are."""
        return len(self._names())

    def __getitem__(self, table: str) -> str:
        """Return SQL for a table, over tables of this connection that are made here."""
        if table in self._beside:
            return self._beside[table]
        if table not in self._names():
            raise KeyError(table)
        if not self._views:
            self._views = self._derive()
        return self._views[table]

    def _derive(self) -> dict[str, str]:
        tables: dict[str, str] = {}
        if "stake" in self._pack.kinds:
            tables |= self._graph()
        for table, rows in self._levels().items():
            tables[table] = self._put(table, rows)
        tables[GROUP_HEAD] = self._put(GROUP_HEAD, GroupHeads(self._duck, self._known).rows(valid=self._valid))
        now = {name: f"({tables.get(name, name)})" for name in ("controls", "ancestor")}
        now["entity"] = f"({as_of('entity', self._pack.kinds['entity'], valid=self._valid, known=self._known)})"
        tables |= {name: sql.format(**now) for name, sql in GOVERNANCE.items()}
        periods = ControlPeriods(self._duck, self._pack, known=self._known).rows_as_of(self._valid)
        tables[CONTROL_PERIOD] = self._put(CONTROL_PERIOD, period_table(periods))
        scope = f"entry <= {self._known}" if self._known is not None else "true"
        on = f"day <= DATE '{self._valid}'" if self._valid else "true"
        tables["control_turn"] = f"SELECT * FROM control_turn WHERE {scope} AND {on}"
        tables["related"] = self._put(
            "related", Related(self._duck, self._pack, known=self._known).rows_as_of(self._valid)
        )
        tables["search_limit"] = f"SELECT * FROM search_limit WHERE {scope}"
        last = self._known if self._known is not None else _LAST
        groups = groups_of(self._duck, controls=now["controls"], entity=now["entity"]) if "controls" in tables else {}
        rows = CycleRows(self._duck, self._pack).rows_as_of(self._valid, last, groups)
        tables["trade_cycle"] = self._put("trade_cycle", rows)
        tables["flow_fan"] = self._put("flow_fan", FanRows(self._duck, self._pack).rows_as_of(self._valid, last))
        if "guarantee" in self._pack.kinds:
            rows = f"({standing('guarantee', self._pack.kinds['guarantee'], known=self._known)})"
            tables["guarantee_circle"] = self._put("guarantee_circle", guarantee_rows(self._duck, rows, self._valid))
        return tables

    def _put(self, table: str, rows: pa.Table) -> str:
        """Store rows beside the table of that name, for as long as the connection lives; return SQL that reads them."""
        columns = ", ".join(rows.column_names)
        self._duck.execute(f"CREATE OR REPLACE TEMP TABLE then_{table} ({FIXED[table]})")
        self._duck.register("then_rows", rows)
        self._duck.execute(f"INSERT INTO then_{table} ({columns}) SELECT {columns} FROM then_rows")
        self._duck.unregister("then_rows")
        return f"SELECT * FROM then_{table}"

    def _graph(self) -> dict[str, str]:
        entities = self.touched()
        capital = OwnershipGraph(self._duck, self._pack, self.day, known=self._known, about=entities)
        known = standing("entity", self._pack.kinds["entity"], known=self._known)
        registered = {name for (name,) in self._duck.rows(f"SELECT entity FROM ({known}) AS e")}
        capital.is_registered = registered.__contains__
        numbers = capital.numbers(capital.parties.names if entities is None else entities)
        evidence = evidence_of(capital, numbers, limits(capital, numbers)) if len(numbers) else ControlEvidence()
        names = pa.table({"entity": capital.parties.column(numbers)})
        self._duck.register("then_rows", names)
        self._duck.execute("CREATE OR REPLACE TEMP TABLE then_touched AS SELECT entity FROM then_rows")
        self._duck.unregister("then_rows")
        tables = {}
        for table in COLUMNS:
            columns = ", ".join(COLUMNS[table])
            self._put(table, evidence.table(capital, table)[0])
            unchanged = (
                f"SELECT {columns} FROM {table} WHERE entity NOT IN (SELECT entity FROM then_touched) UNION ALL "
            )
            tables[table] = f"{'' if entities is None else unchanged}SELECT {columns} FROM then_{table}"
        return tables

    def touched(self) -> set[str] | None:
        """Return all parties with possibly other answers than stored; None where that may be every party."""
        if bases_on(self._pack, self.day) != bases_on(self._pack, self.today):
            return None
        turned = {name for (name,) in self._duck.rows(self._turned())}
        agree = set()
        for day, known in ((self.today, None), (self.day, self._known)):
            parties = PartyIds()
            assertions = Assertions(parties)
            empty = OwnershipGraph(self._duck, self._pack, day, known=known, about=())
            assertions.read_relations(self._duck, empty.rows)
            turned |= {parties.names[n] for n in assertions.read(self._duck, empty.rows, empty.bases, None)}
            agree |= {parties.names[n] for n in assertions.agreeing()}
        return self._below(turned | self._holdings_of(agree))

    def _turned(self) -> str:
        """Return SQL for the companies of stakes that hold in one of the two states and not in the other."""
        gone = "(SELECT min(g.entry) FROM gone_stake AS g WHERE g.fact = f.fact)"
        return (
            f"SELECT DISTINCT entity FROM (SELECT entity, {_holds(self.today)} AND gone IS NULL AS now, "
            f"{_holds(self.day)} AND {_is_current(self._known)} AS was "
            f"FROM (SELECT f.*, {gone} AS gone FROM all_stake AS f) AS f) AS f WHERE now <> was"
        )

    def _holdings_of(self, parties: set[str]) -> set[str]:
        if not parties:
            return set()
        self._duck.register("asked_parties", pa.table({"party": pa.array(sorted(parties), pa.string())}))
        sql = "SELECT DISTINCT entity FROM all_stake WHERE holder IN (SELECT party FROM asked_parties)"
        companies = {name for (name,) in self._duck.rows(sql)}
        self._duck.unregister("asked_parties")
        return companies | parties

    def _below(self, entities: set[str]) -> set[str]:
        """Return all that hangs below those entities by stakes or assertions that were ever reported."""
        below, waiting = set(entities), set(entities)
        edges = ["SELECT holder AS upper, entity AS lower FROM all_stake"]
        if "relation" in self._pack.kinds:
            edges.append("SELECT left_party, right_party FROM all_relation WHERE relation = 'controls'")
        if "post" in self._pack.kinds:
            edges.append("SELECT appointed_by, entity FROM all_post WHERE appointed_by IS NOT NULL")
        edges.append("SELECT parent, entity FROM all_entity WHERE parent IS NOT NULL")
        while waiting:
            self._duck.register("asked_parties", pa.table({"party": pa.array(sorted(waiting), pa.string())}))
            sql = f"SELECT DISTINCT lower FROM ({' UNION ALL '.join(edges)}) AS e WHERE upper IN (SELECT party FROM asked_parties)"
            waiting = {name for (name,) in self._duck.rows(sql)} - below
            self._duck.unregister("asked_parties")
            below |= waiting
        return below

    def _levels(self) -> dict[str, pa.Table]:
        register = Register(self._owner)
        sources = {}
        for kind in ("entity", "stake"):
            spec = self._pack.kinds[kind]
            sources[kind] = f"({as_of(kind, spec, valid=self._valid, known=self._known)})"
        register.load(self._duck, **sources, endless=self._valid is None)
        return register_tables(register, register.entities())


def _holds(day: dt.date | None) -> str:
    if day is None:
        return "valid_until IS NULL"
    return f"(coalesce(valid_from <= DATE '{day}', true) AND coalesce(valid_until > DATE '{day}', true))"


def _is_current(known: int | None) -> str:
    return "gone IS NULL" if known is None else f"f.fact < {(known + 1) << 20} AND coalesce(gone > {known}, true)"
