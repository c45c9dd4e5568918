"""Command `demo`: the made-up world is built, fed to a node at its own instants, judged, and compared with its key."""

import datetime as dt
import json
import shutil
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path
from typing import Annotated, Any

import typer

import comptroller
from comptroller import engine
from comptroller.cli.demo_desk import open_desk
from comptroller.cli.output import (
    REFUSED,
    WRONG_USE,
    JsonOption,
    err,
    exit_on_refusal,
    language,
    out,
    print_json,
    print_refusals,
    print_table,
    progress,
)
from comptroller.cli.pack_paths import pack_roots
from comptroller.evaluation.scoreboard import answers_sql
from comptroller.intake.files import media_of
from comptroller.intake.formats.zip import reporter_of
from comptroller.ledger.key import make_key
from comptroller.model.channel import REPORTER
from comptroller.model.finding import finding_id
from comptroller.model.policy import Pack
from comptroller.model.refusal import Refused, refusal
from comptroller.model.report import Report
from comptroller.node import Charter
from comptroller.packs import gather_files

PACK, OWNER, ORIGIN = "sample-city", "WG0001", "comptroller.invalid/harbour"
_BEGINS = dt.datetime(2023, 12, 26, 16, tzinfo=dt.UTC)
_SEED = bytes(32)
"""The demonstration's key is public, so that the same world makes the same ledger."""
Subject = tuple[str, tuple[str, ...]]
"""A rule's name, and the subject as text."""


@dataclass(slots=True)
class Compared:
    """The findings of a node against the key: each line names rule, subject and why."""

    as_planted: list[dict[str, Any]] = field(default_factory=list)
    missed: list[dict[str, Any]] = field(default_factory=list)
    false: list[dict[str, Any]] = field(default_factory=list)
    judged_otherwise: list[dict[str, Any]] = field(default_factory=list)

    @property
    def is_met(self) -> bool:
        """Return whether all was found as planted and nothing else."""
        return not (self.missed or self.false or self.judged_otherwise)


def demo(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Where the world and its node are put.")],
    fresh: Annotated[bool, typer.Option("--fresh", help="Delete an earlier demonstration in DIR.")] = False,
    console: Annotated[
        bool, typer.Option("--console", help="Then open the console; with CI set, only check that its pages answer.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Build a node from the made-up harbour city and compare its findings with the planted ones."""
    began = time.monotonic()
    world, node = folder / "world", folder / "node"
    if node.exists() and not fresh:
        err.print(f"{node} is there already: name another folder, or say --fresh")
        raise typer.Exit(WRONG_USE)
    if fresh:
        shutil.rmtree(node, ignore_errors=True)
        shutil.rmtree(world, ignore_errors=True)
    with exit_on_refusal(as_json=as_json):
        make_world(world)
        worker = found_node(node)
        try:
            with progress("two years", quiet=as_json) as move:
                refused = feed(worker, world, move)
            key = json.loads((world / "answer_key.json").read_text(encoding="utf-8"))
            compared = compare(worker, key)
            outcome = _outcome(worker, compared, time.monotonic() - began)
        finally:
            worker.close()
    if as_json:
        print_json(outcome | {"refused": refused})
    else:
        _print_outcome(node, outcome, compared)
    if refused or outcome["asleep"] or not compared.is_met:
        raise typer.Exit(REFUSED)
    if console and not open_desk(node):
        raise typer.Exit(REFUSED)


def world_maker() -> Path:
    """Return the script that makes the world, from the installed package or beside the source.

    Raises Refused where neither has it.
    """
    package = Path(comptroller.__file__).parent
    roots = (package / "examples_shipped", package.parents[1])
    places = [root / "examples" / "harbour" / "make.py" for root in roots]
    for place in places:
        if place.is_file():
            return place
    raise Refused([refusal("demo.world", (str(places[0]), None, ""), "-")])


def make_world(folder: Path) -> None:
    """Write the world's reports, timeline and key into a folder."""
    subprocess.run([sys.executable, str(world_maker()), str(folder)], check=True, stdout=subprocess.DEVNULL)  # noqa: S603 - our own script


def found_node(folder: Path) -> engine.Engine:
    """Make the node of the made-up owner."""
    files = gather_files(pack_roots(), PACK)
    return engine.create(folder, files, Charter(OWNER, ORIGIN, PACK), key=make_key(ORIGIN, _SEED), at=_BEGINS)


def feed(worker: engine.Engine, world: Path, move: Any) -> list[dict[str, Any]]:
    """Report and tick as the timeline lists; reports of one instant are one batch. Returns the refusals."""
    steps = [json.loads(line) for line in (world / "timeline.ndjson").read_text(encoding="utf-8").splitlines()]
    refused: list[dict[str, Any]] = []
    done = 0
    for at, batch in batches(steps):
        if "tick" in batch[0]:
            for step in batch:
                worker.tick(dt.datetime.fromisoformat(step["tick"]), at)
        else:
            taken = worker.take([incoming(world, step) for step in batch], at)
            for place, refusals in taken.refused.items():
                print_refusals(refusals[:3], as_json=False)
                refused += [{"file": batch[place]["file"], **step.as_json()} for step in refusals]
        done += len(batch)
        move(batch[0].get("file", "tick"), done, len(steps))
    return refused


def batches(steps: list[dict[str, str]]) -> Iterator[tuple[dt.datetime, list[dict[str, str]]]]:
    """Yield what happens at each instant (UTC) together: reports, or ticks of the clock.

    >>> [len(some) for _, some in batches([{"at": "2024-01-03T09:00:00+08:00", "file": "a"}] * 2)]
    [2]
    """
    for (at, _), batch in groupby(steps, key=lambda step: (step["at"], "tick" in step)):
        yield dt.datetime.fromisoformat(at).astimezone(dt.UTC), list(batch)


def incoming(world: Path, step: dict[str, str]) -> Report:
    """Return a step of the timeline as the report that it is."""
    path = world / step["file"]
    payload = path.read_bytes()
    reporter = step["reporter"] or reporter_of(path.name)
    channel = step.get("channel", REPORTER)
    return Report(payload, media_of(path.name, payload) or "", path.name, reporter, step["kind"], channel=channel)


def compare(worker: engine.Engine, key: dict[str, list[dict[str, Any]]]) -> Compared:
    """Compare the standing findings with the key: found as planted, missed, falsely found, wrongly judged or
    not judged.
    """
    planted = {_subject(row): row for row in key["found"]}
    standing: dict[Subject, Any] = {}
    for rule in worker.pack.rules:
        for verdict in worker.evaluation.findings.standing(rule):
            standing[rule, tuple(str(part) for part in verdict.subject)] = verdict
    raised = {subject: row for subject, row in standing.items() if row.answer == "found"}
    compared = Compared()
    for subject, row in planted.items():
        (compared.as_planted if subject in raised else compared.missed).append(row)
    near = {_subject(row): row for row in key["lawful"]}
    for subject, verdict in raised.items():
        if subject not in planted:
            line = {
                "rule": subject[0],
                "subject": list(subject[1]),
                "entity": verdict.entity,
                "finding": verdict.finding,
            }
            compared.false.append(line | {k: near[subject][k] for k in ("why_zh", "why_en") if subject in near})
    for row in key["not_judged"]:
        subject = _subject(row)
        missing = standing[subject].missing if subject in standing else _lacks(worker, worker.pack, subject)
        if missing != row["missing"]:
            compared.judged_otherwise.append(row | {"saw": missing or "judged"})
    return compared


def _subject(line: dict[str, Any]) -> Subject:
    return line["rule"], tuple(str(part) for part in line["subject"])


def _lacks(worker: engine.Engine, pack: Pack, subject: Subject) -> str:
    """Return what a subject's own row lacks, so that its rule did not look at it; '' where nothing is."""
    rule = pack.rules[subject[0]]
    named = " AND ".join(f'CAST("{column}" AS VARCHAR) = ?' for column in rule.subject)
    sql = f"SELECT why FROM ({answers_sql(pack, rule)}) WHERE applies AND NOT complete AND {named}"
    rows = worker.duck.rows(sql, list(subject[1]))
    return rows[0][0] or "" if rows else ""


def _outcome(worker: engine.Engine, compared: Compared, seconds: float) -> dict[str, Any]:
    """Return the whole outcome as plain values."""
    tables = worker.pack.kinds
    facts = sum(worker.duck.rows(f"SELECT count(*) FROM {name}")[0][0] for name in tables)
    planted = Counter(line["rule"] for line in compared.as_planted)
    missed, false = Counter(line["rule"] for line in compared.missed), Counter(line["rule"] for line in compared.false)
    titles = {name: rule.title.of(language()) for name, rule in worker.pack.rules.items()}
    rules = [
        {
            "rule": name,
            "title": titles.get(name, name),
            "found": planted[name],
            "missed": missed[name],
            "false": false[name],
        }
        for name in sorted(planted.keys() | missed.keys() | false.keys())
    ]
    return {
        "seconds": round(seconds, 1),
        "entries": worker.ledger.size,
        "facts": facts,
        "rules_in_force": len(worker.pack.rules),
        "by_rule": rules,
        "asleep": dict(sorted(worker.evaluation.suspended.items())),
        "found_as_planted": len(compared.as_planted),
        "missed": compared.missed,
        "falsely_found": compared.false,
        "not_judged_otherwise": compared.judged_otherwise,
    }


def _print_outcome(node: Path, outcome: dict[str, Any], compared: Compared) -> None:
    """Print the outcome for a person, and where to look next."""
    rows = [(line["title"], line["found"], line["missed"], line["false"]) for line in outcome["by_rule"]]
    print_table("", ["rule", "found", "missed", "false"], rows)
    for name, lines in (
        ("missed", compared.missed),
        ("falsely found", compared.false),
        ("not judged otherwise", compared.judged_otherwise),
    ):
        for line in lines:
            why = line.get("why_zh" if language() == "zh" else "why_en", "")
            out.print(f"{name}  {line['rule']}  {' '.join(line['subject'])}  {why}", style="bold red", markup=False)
    for name, failed in outcome["asleep"].items():
        out.print(f"asleep  {name}  {failed}", style="bold red", markup=False)
    out.print(
        f"{outcome['facts']:,} facts in {outcome['entries']:,} entries, {outcome['rules_in_force']} rules, {outcome['seconds']} s: "
        f"{outcome['found_as_planted']} found as planted, {len(compared.missed)} missed, "
        f"{len(compared.false)} found falsely",
        style="bold",
    )
    first = next((line for line in compared.as_planted if "prestudy" in line["rule"]), None) or next(
        iter(compared.as_planted), None
    )
    out.print("look next:")
    if first:
        out.print(f"  comptroller findings --node {node} --entity {first['entity']}", markup=False)
        out.print(
            f"  comptroller explain {finding_id(first['rule'], tuple(first['subject']))} --node {node}", markup=False
        )
    out.print(f"  comptroller scoreboard --node {node}", markup=False)
