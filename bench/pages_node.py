"""A node as large as a national owner's, for the measure of pages: 60,000 entities, dues, statements, stakes, findings, people."""

import datetime as dt
from pathlib import Path

import numpy as np
import pyarrow as pa

from bench import made
from bench.nodes import AT, OWNER, Supply, fill, fold, new_node
from comptroller import engine, node
from comptroller.cli.serve import chance, let_in
from comptroller.engine import Engine
from comptroller.intake import Report
from comptroller.ledger.entry import Accepted
from comptroller.store.duck import DuckDb
from comptroller.web.runtime.server import Server
from comptroller.web.runtime.settings import Settings

ENTITIES = 60_000
PASSWORD = "a long enough password"  # noqa: S105 - of a made node
_QUARTERS = ("2025-03-31", "2025-06-30", "2025-09-30", "2025-12-31")
_DUE = ("2025-04-20", "2025-07-20", "2025-10-20", "2026-01-20")


def pages_node(folder: Path, count: int, pack: str = "cn-central") -> Path:
    """Return the folder of a node of 60,000 entities and so many made facts, all judged, with users; made when
    it is missing.
    """
    made.ENTITIES = ENTITIES
    place = folder / f"pages-{count}"
    if place.is_dir():
        return place
    draft = folder / f"draft-{count}"
    worker, supply = new_node(draft, pack), Supply(made.SHARES)
    fill(worker, supply, count)
    for kind, table in (("stake", _stakes()), ("report_due", _dues()), ("statement", _statements())):
        keep(worker, kind, table)
    full = [t for t in worker.pack.tables if worker.duck.rows(f"SELECT EXISTS (SELECT 1 FROM {t})")[0][0]]
    rules = [name for name, rule in worker.pack.rules.items() if rule.judges in full]
    worker.close()
    stores = node.open_ledger(draft, None)
    stores.books.append(DuckDb(draft / node.BOOKS, memory="6GB"))  # all at once, which no node at work ever judges
    worker = engine.at_work(stores)
    with worker.duck.transaction():
        worker.evaluation.judge_all(worker.ledger.size, rules=rules)
    worker.close()
    _admit(draft)
    draft.rename(place)
    place.with_suffix(".json").write_text(str(supply.done).replace("'", '"'), encoding="utf-8")
    return place


def keep(worker: Engine, kind: str, table: pa.Table) -> None:
    """Record and fold one large file of facts without judging it."""
    server = DuckDb()
    server.set_zone(worker.pack.zone)
    item = Report(made.parquet(table), "parquet", f"{kind}.parquet", OWNER, kind)
    number = worker.ledger.append(
        [Accepted(item.payload, item.media, item.reporter, name=item.name, kind=kind)], AT
    ).last
    with worker.duck.transaction():
        fold(worker.books, server, [item], number)
        worker.books.bear(node.books_mark(worker.duck, worker.ledger, number))
    server.close()


def _stakes() -> pa.Table:
    """Each entity is held by the one above it, a third of them wholly."""
    codes = made.entity_codes()
    shares = np.where(np.arange(1, ENTITIES) % 3 == 0, 100, 40 + np.arange(1, ENTITIES) % 60)
    return pa.table(
        {
            "holder": [codes[(i - 1) // 4] for i in range(1, ENTITIES)],
            "entity": codes[1:],
            "share_pct": pa.array(shares.astype(np.str_)),
            "valid_from": ["2020-01-01"] * (ENTITIES - 1),
        }
    )


def _dues() -> pa.Table:
    """Each entity owes a statement a quarter."""
    codes = made.entity_codes()
    return pa.table(
        {
            "entity": codes * 4,
            "statement_kind": ["quarterly"] * (4 * ENTITIES),
            "period_end": np.repeat(_QUARTERS, ENTITIES),
            "due_on": np.repeat(_DUE, ENTITIES),
        }
    )


def _statements() -> pa.Table:
    """One statement in fifty did not come."""
    which = np.flatnonzero(np.arange(4 * ENTITIES) % 50 != 7)
    codes = np.asarray(made.entity_codes())
    return pa.table(
        {
            "entity": codes[which % ENTITIES],
            "statement": np.char.add("ST", which.astype(np.str_)),
            "kind": ["quarterly"] * len(which),
            "scope": ["stand_alone"] * len(which),
            "period_end": np.asarray(_QUARTERS)[which // ENTITIES],
        }
    )


def open_desk(place: Path) -> Server:
    """Return the desk of such a node, started."""
    made.ENTITIES = ENTITIES
    settings = Settings(most_requests_a_minute=10_000_000, most_sign_ins_a_minute=10_000)
    server = Server(place, lambda: dt.datetime.now(dt.UTC), chance, settings)
    server.start()
    server.writer.do(lambda worker: worker.ledger.size).result(3_600)  # what judging needs is at hand
    return server


def _admit(place: Path) -> None:
    """Add three users: one sees all, one sees a group of some 15,000 entities, and one sees a single domain."""
    server = open_desk(place)
    codes = made.entity_codes()
    for login, role, entity, domain in (
        ("all", "auditor", OWNER, ""),
        ("group", "supervisor", codes[1], ""),
        ("domain", "supervisor", codes[0], "finance"),
        ("author", "author", OWNER, ""),
        ("reporter", "reporter", codes[0], ""),
        ("administrator", "administrator", OWNER, ""),
    ):
        grant = {"role": role, "entity": entity, "reason": "bench"} | ({"domain": domain} if domain else {})
        let_in(server, {"login": login, "name": login}, [grant], dt.date(2024, 1, 1))
        server.accounts.set_password(login, PASSWORD)
    server.accounts.close()
    server.stop()
