"""Random lives of a node: reports, ticks, policies, steps in cases, restarts; and what must be equal after each.

The node works under a part of the city's pack: the rules that read circles, shapes of payments, control and cases.
Their tables are computed from memory.
"""

import datetime as dt
import json
import random
import shutil
import tempfile
from functools import lru_cache
from pathlib import Path
from typing import Any

from comptroller import engine
from comptroller.engine import Engine
from comptroller.ledger.key import make_key
from comptroller.model.report import Report
from comptroller.node import Charter
from comptroller.packs import gather_files
from tests.packs_small.small import dump

PACKS = Path(__file__).parents[2] / "packs"
PACK, OWNER, ORIGIN = "sample-city", "OWNER", "owner.example/lives"
BEGINS = dt.datetime(2024, 3, 1, tzinfo=dt.UTC)
RULES = (
    *("goods_in_circles", "payments_in_circles", "payments_back_to_group", "equal_sums_in_rings", "many_to_one"),
    *("gathered_and_scattered", "guarantees/circle", "kin_business", "found_again_after_closure", "clock_overdue"),
    *("silent_level", "debtor_without_stake", "governed_without"),
)
FRAGILE = "sample-city/rules/lives/fragile"
_YML = """# A payment whose purpose is the number seven.
title: {zh: 示例, en: Fragile}
why: {zh: 示例, en: An example}
cites: [{source: internal_control}]
in_force: {from: 2000-01-01}
kind: signal
severity: low
domain: decisions
judges: payment
docket: [entity, payment]
reads: [payment]
route: {lead: investor}
lawful: {zh: 无, en: None}
examples:
  - name: {zh: 发现, en: Found}
    shows: found
    given: {payment: [{entity: A, payment: P, purpose: "7"}]}
    gives: {found: [[A, P]]}
  - name: {zh: 无, en: Clear}
    shows: clear
    given: {payment: [{entity: A, payment: P, purpose: "8"}]}
    gives: {clear: [[A, P]]}
"""
_SQL = (
    "-- Fails on a purpose that is no number.\nSELECT entity, payment, COALESCE(CAST(paid_at AS DATE), paid_on) AS since, "
    "[fact] AS entries FROM judged WHERE {cast}(purpose AS INTEGER) = 7\n"
)
FIRMS = ("A", "B", "C", "D", "E")
OTHERS = ("X", "Y", "H1", "H2")


@lru_cache(maxsize=8)
def files(edition: int) -> dict[str, bytes]:
    """Return the pack of the lives in one of its editions, which differ in a figure, a title and the fragile rule."""
    shipped = gather_files([PACKS], PACK)
    chosen = {k: v for k, v in shipped.items() if "/rules/" not in k or any(name in k for name in RULES)}
    cast = ("CAST", "TRY_CAST", "CAST", "TRY_CAST")[edition % 4]
    note = f"-- Fails on a purpose that is no number, edition {edition}.\n"
    chosen[f"{FRAGILE}.yml"] = _YML.encode()
    chosen[f"{FRAGILE}.sql"] = (note + _SQL.format(cast=cast).split("\n", 1)[1]).encode()
    if edition % 3 == 1:
        name = next(k for k in chosen if k.endswith("goods_in_circles.yml"))
        chosen[name] = chosen[name].replace(b"severity: crit", b"severity: high")
    if edition % 3 == 2:
        name = next(k for k in chosen if k.endswith("many_to_one.yml"))
        del chosen[name], chosen[name[:-4] + ".sql"]
    return chosen


@lru_cache(maxsize=1)
def _founded() -> tempfile.TemporaryDirectory[str]:
    folder = tempfile.TemporaryDirectory(prefix="comptroller-lives-")
    charter = Charter(OWNER, ORIGIN, PACK)
    node = engine.create(Path(folder.name) / "n", files(0), charter, key=make_key(ORIGIN, bytes(32)), at=BEGINS)
    rows = [{"entity": OWNER, "name": OWNER, "is_owner": True}]
    rows += [{"entity": one, "name": one, "parent": OWNER} for one in FIRMS]
    assert node.take([report("entity", *rows)], BEGINS).refused == {}
    node.close()
    return folder


def report(kind: str, *rows: dict[str, Any]) -> Report:
    """Return rows of one kind as a report of the owner."""
    text = json.dumps({"kind": kind, "facts": list(rows)}, ensure_ascii=False)
    return Report(text.encode(), "json", f"{kind}.json", OWNER)


class Life:
    """One node, and the chance that decides what happens to it."""

    def __init__(self, folder: Path, seed: int) -> None:
        """Copy a founded node."""
        shutil.copytree(Path(_founded().name) / "n", folder / "n")
        self.take_over(folder / "n", seed)

    def take_over(self, folder: Path, seed: int) -> None:
        """Open a node that is there, and go on with its life."""
        self.folder, self.chance = folder, random.Random(seed)
        self.node: Engine = engine.open_node(folder)
        self.at = self.node.ledger.last_at
        self.edition, self.told = 0, 100 * seed

    def day(self) -> str:
        """Return a day near the node's."""
        days = self.chance.choice((self.chance.randrange(0, 60), 5, 9, 14))  # often the same, so that legs are alike
        return str(dt.date(2024, 3, 1) + dt.timedelta(days=days))

    def _number(self) -> str:
        self.told += 1
        return str(self.told if self.chance.random() < 0.7 else self.chance.randrange(1, self.told + 1))

    def fact(self) -> tuple[str, dict[str, Any]]:
        """Return a fact of some kind, about few parties, so that circles close."""
        c = self.chance
        kind = c.choice(("shipment",) * 4 + ("payment",) * 4 + ("stake", "stake", "entity", "guarantee", "relation"))
        act = c.choice(("state", "state", "state", "correct", "retract"))
        one, other = c.sample(FIRMS + OTHERS, 2)
        firm = one if one in FIRMS else c.choice(FIRMS)
        row: dict[str, Any] = {"act": act}
        if kind == "shipment":
            row |= {"entity": firm, "shipment": self._number(), "shipper": one, "receiver": other, "goods": "coal"}
            row |= {"quantity": c.choice((100, 100, 99, 98)), "shipped_on": self.day()}
        elif kind == "payment":
            other = other if other != firm else "X"
            row |= {"entity": firm, "payment": self._number(), "payee": other, "amount": c.choice((1000, 1000, 990))}
            row |= {"currency": "CNY", "paid_on": self.day(), "purpose": c.choice(("7", "8", "seven"))}
        elif kind == "stake":
            row |= {"holder": one, "entity": other, "share_pct": c.choice((30, 51, 100)), "valid_from": "2020-01-01"}
            row |= {"valid_until": self.day()} if c.random() < 0.3 else {}
        elif kind == "entity":
            row |= {"act": "correct", "entity": firm, "name": firm, "parent": c.choice((OWNER, *FIRMS))}
            row |= {"form": c.choice(("sole_state", "controlled", "public_body"))}
            row |= {"is_owner": True} if c.random() < 0.2 else {}
        elif kind == "guarantee":
            row |= {"entity": firm, "guarantee": f"G{self._number()}", "debtor": other, "amount": 5, "currency": "CNY"}
            row |= {"kind": "pledge", "valid_from": self.day()}
        else:
            row |= {"left_party": one, "right_party": other, "valid_from": "2020-01-01"}
            row |= {"relation": c.choice(("acting_in_concert", "controls", "agreement"))}
        return kind, row

    def batch(self) -> list[Report]:
        """Return some reports, which may be rejected."""
        return [report(*self.fact()) for _ in range(self.chance.choice((1, 1, 2, 4, 8)))]

    def steps(self) -> list[Report]:
        """Return a step that ends a case in triage."""
        sql = "SELECT case_id, office, lead FROM case_now WHERE state = 'triage' ORDER BY case_id"
        rows = self.node.duck.rows(sql)
        if not rows:
            return []
        case_id, office, lead = self.chance.choice(rows)
        row = {"step": f"T{self._number()}", "case_id": case_id, "office": office, "by_line": lead, "move": "dismiss"}
        row |= {"done_on": str(self.node.day(self.at)), "by": "U1", "reason": "checked", "approved_by": "U2"}
        return [report("case_step", row)]

    def act(self) -> str:
        """Do a random act; returns its description."""
        self.at += dt.timedelta(hours=self.chance.randrange(1, 72))
        what = self.chance.choice(("report",) * 8 + ("step",) * 2 + ("tick", "adopt", "open", "open"))
        if what == "report":
            self.node.take(self.batch(), self.at)
        elif what == "step":
            self.node.take(self.steps(), self.at)
        elif what == "tick":
            self.node.tick(self.at, self.at)
        elif what == "adopt":
            self.edition += self.chance.choice((0, 1, 1))
            self.node.adopt(files(self.edition), PACK, self.at)
        else:
            self.open()
        return what

    def open(self) -> None:
        """Close the node and open it again."""
        self.node.close()
        self.node = engine.open_node(self.folder)

    def differences(self) -> dict[str, Any]:
        """Return where the node differs from a rebuild, and what turns when everything is judged afresh."""
        mine = dump(self.node)
        copy = self.folder.parent / "again"
        shutil.rmtree(copy, ignore_errors=True)
        self.node.close()
        shutil.copytree(self.folder, copy)
        again = engine.rebuild(copy)
        theirs = dump(again)
        differing = {
            table: _apart(mine[table], theirs.get(table, [])) for table in mine if mine[table] != theirs.get(table)
        }
        again.close()
        self.node = engine.open_node(self.folder)
        return differing | self._afresh()

    def _afresh(self) -> dict[str, Any]:
        """Return what differs when the tables of graphs are made anew, and what turns when everything is judged anew."""
        node, differing = self.node, {}
        node.duck.execute("BEGIN")
        mine = {table: _rows(node, table) for table in GRAPHS}
        node.books.graph.rebuild(node.ledger.size + 1)
        theirs = {table: _rows(node, table) for table in GRAPHS}
        differing = {
            f"{name} afresh": _apart(mine[name], theirs[name]) for name in GRAPHS if mine[name] != theirs[name]
        }
        if turns := node.evaluation.judge_all(node.ledger.size):
            differing["judged afresh"] = [(turn.state, turn.verdict.rule, turn.verdict.subject) for turn in turns]
        node.duck.execute("ROLLBACK")
        self.open()
        return differing


GRAPHS = (
    *("trade_cycle", "flow_fan", "guarantee_circle", "related", "control_period", "controls", "ultimate_controller"),
    *("effective_share", "stake_issue"),
)
"""The tables that graphs produce, compared without the places that only show the order of arrival."""


def _rows(node: Engine, table: str) -> list[Any]:
    columns = [name for name in node.duck.columns(f"SELECT * FROM {table}") if name != "place"]
    return node.duck.rows(f"SELECT {', '.join(columns)} FROM {table} ORDER BY ALL")


def _apart(mine: list[Any], theirs: list[Any]) -> tuple[list[Any], list[Any]]:
    return [row for row in mine if row not in theirs][:4], [row for row in theirs if row not in mine][:4]
