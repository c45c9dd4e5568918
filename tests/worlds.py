"""Small worlds for tests: nodes in folders of their own, reports as values; and the harbour city, judged once.

    engine = fresh_node(tmp_path)
    take(engine, report("entity", {"entity": "A", "name": "甲"}), at="2024-03-01T09:00:00")

Instants are in the owner's local time, as in reports.
"""

import datetime as dt
import json
import shutil
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from comptroller import engine
from comptroller.cli import demo
from comptroller.engine import Engine, Taken
from comptroller.evaluation import history
from comptroller.evaluation.history import Version
from comptroller.ledger.key import make_key
from comptroller.model.channel import OPERATOR
from comptroller.model.report import Report
from comptroller.node import Charter
from comptroller.packs import gather_files

PACKS = Path(__file__).parents[1] / "packs"
OWNER, ORIGIN = "OWNER", "comptroller.invalid/test"
WALL = ZoneInfo("Asia/Shanghai")
BEGINS = "2024-01-01T00:00:00"
Row = Mapping[str, Any]


def moment(text: str) -> dt.datetime:
    """Return an instant of the owner's local time as UTC."""
    return dt.datetime.fromisoformat(text).replace(tzinfo=WALL).astimezone(dt.UTC)


@lru_cache(maxsize=4)
def _files(pack: str) -> dict[str, bytes]:
    return dict(gather_files([PACKS], pack))


@lru_cache(maxsize=4)
def _prepared(pack: str) -> tempfile.TemporaryDirectory[str]:
    """Make a node under a pack once, to be copied: trying its rules out takes seconds."""
    folder = tempfile.TemporaryDirectory(prefix="comptroller-node-")
    key = make_key(ORIGIN, bytes(range(32)))
    charter = Charter(OWNER, ORIGIN, pack)
    engine.create(Path(folder.name) / "node", _files(pack), charter, key=key, at=moment(BEGINS)).close()
    return folder


def fresh_node(folder: Path, pack: str = "cn-central") -> Engine:
    """Make a node under a pack that ships, with a key of its own."""
    shutil.copytree(Path(_prepared(pack).name) / "node", folder / "node")
    return engine.open_node(folder / "node")


def report(kind: str, *rows: Row, reporter: str = OWNER, name: str = "") -> Report:
    """Return rows of one kind as a JSON report, delivered by the node's operator: any kind, in the name of any
    reporter.
    """
    payload = json.dumps({"kind": kind, "facts": list(rows)}, ensure_ascii=False).encode()
    return Report(payload, "json", name or f"{kind}.json", reporter, channel=OPERATOR)


def file_report(payload: bytes, name: str, *, reporter: str = OWNER, kind: str = "") -> Report:
    """Return a file as a report; its ending determines its medium."""
    return Report(payload, name.rsplit(".", 1)[1], name, reporter, kind, channel=OPERATOR)


def take(worker: Engine, *reports: Report, at: str) -> Taken:
    """Submit reports that arrive at an instant of the owner's local time."""
    return worker.take(list(reports), moment(at))


def kept(worker: Engine, *reports: Report, at: str) -> list[int]:
    """Submit reports that must all be accepted; returns their entries."""
    taken = take(worker, *reports, at=at)
    assert taken.refused == {}, [refusal.text() for refusals in taken.refused.values() for refusal in refusals]
    return [taken.entries[place] for place in range(len(reports))]


def open_findings(worker: Engine, rule: str = "", **filters: Any) -> list[Version]:
    """Return the findings, current or as of `known` and `valid`, of rules with `rule` in their name."""
    return history.findings(worker.duck, rule=rule, **filters)


@dataclass(frozen=True, slots=True)
class Harbour:
    """The harbour city as files, the node that judged it, and the reports that it rejected."""

    world: Path
    node: Path
    refused: list[dict[str, Any]]

    @property
    def key(self) -> dict[str, list[dict[str, Any]]]:
        """Return the answer key."""
        answer_key: dict[str, list[dict[str, Any]]] = json.loads(
            (self.world / "answer_key.json").read_text(encoding="utf-8")
        )
        return answer_key

    @property
    def timeline(self) -> Sequence[dict[str, str]]:
        """Return all that happens, in order."""
        return [json.loads(line) for line in (self.world / "timeline.ndjson").read_text(encoding="utf-8").splitlines()]


def build_harbour(folder: Path) -> Harbour:
    """Make the harbour city and its node in a folder; one that is there already is taken as it is."""
    done, world, node = folder / "done.json", folder / "world", folder / "node"
    if not done.exists():
        demo.make_world(world)
        worker = demo.found_node(node)
        refused = demo.feed(worker, world, lambda *_: None)
        worker.close()
        done.write_text(json.dumps(refused, ensure_ascii=False), encoding="utf-8")
    return Harbour(world, node, json.loads(done.read_text(encoding="utf-8")))
