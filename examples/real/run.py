"""Reads the public data sets of a folder through the mappings beside this file, judges them, and prints and writes the counts.

Run it with `make real` (or `python examples/real/run.py FOLDER [NAME...]`). Each data set gets a node of its own under `build/real`.
The invoices are cut into one report a week and taken in the order of their dates.
"""

import datetime as dt
import io
import json
import os
import shutil
import sys
import tarfile
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pyarrow.compute as pc
import pyarrow.parquet as pq
from rich.console import Console
from rich.progress import track
from rich.table import Table

from comptroller import engine
from comptroller.cli.pack_paths import pack_roots
from comptroller.evaluation.scoreboard import scoreboard
from comptroller.intake.files import media_of
from comptroller.ledger.key import make_key
from comptroller.model.refusal import Refused
from comptroller.model.report import Report
from comptroller.node import Charter
from comptroller.packs import gather_files

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
LOGS = ("DomesticDeclarations", "RequestForPayment", "PrepaidTravelCost")
_AT = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
console = Console(width=140)


def new_node(name: str, pack: str = "cn-central") -> engine.Engine:
    """Return a fresh node under build/real, under a pack."""
    folder = ROOT / "build" / "real" / name
    shutil.rmtree(folder, ignore_errors=True)
    files = gather_files(pack_roots(), pack)
    origin = f"comptroller.invalid/real/{name.lower()}"
    key = make_key(origin, name.encode().ljust(32, b"\0")[:32])
    return engine.create(folder, files, Charter("OWNER", origin, pack), key=key, at=_AT)


def report(worker: engine.Engine, name: str, payload: bytes, mapping: str) -> None:
    """Report one file through a mapping; raises Refused where it is rejected."""
    text = (HERE / mapping).read_text(encoding="utf-8")
    item = Report(payload, media_of(name, payload) or "", name, worker.charter.owner, "", text)
    taken = worker.take([item], _AT)
    if taken.refused:
        raise Refused(taken.refused[0])


def counts(worker: engine.Engine) -> dict[str, Any]:
    """Return the scoreboard of the rules that had something to judge."""
    rows = scoreboard(worker.duck, worker.pack, worker.evaluation.findings)
    return {s.rule: s.as_json() for s in rows if s.judged or s.not_judged or s.not_applicable}


def logs(folder: Path) -> Iterator[tuple[str, Callable[[], dict[str, Any]]]]:
    """Yield each approval log with what reads it."""
    for name in sorted({p.name.removesuffix(".xes.gz") for p in (folder / "bpic2020").glob("*.xes.gz")} | set(LOGS)):
        path = folder / "bpic2020" / f"{name}.xes.gz"
        if path.is_file():

            def read(path: Path = path, name: str = name) -> dict[str, Any]:
                worker = new_node(name)
                report(worker, path.name, path.read_bytes(), "approval_log.sql")
                result = counts(worker)
                worker.close()
                return result

            yield f"bpic2020/{name}", read


def invoices(path: Path) -> dict[str, Any]:
    """Report the invoices week by week."""
    rows = pq.read_table(path).sort_by("issue_date")
    weeks = pc.strftime(rows.column("issue_date"), format="%G-W%V")
    worker = new_node("vat_invoices")
    for week in track(sorted(pc.unique(weeks).to_pylist()), "vat_invoices", console=console):
        out = io.BytesIO()
        pq.write_table(rows.filter(pc.equal(weeks, week)), out)
        report(worker, f"invoices-{week}.parquet", out.getvalue(), "vat_invoices.sql")
    result = counts(worker)
    worker.close()
    return result


CAPITAL = {
    "group_tree": [("edges.csv", "group_tree.sql"), ("upstream_edges.csv", "group_owners.sql")],
    "kek_media": [("companies.csv", "kek_media_companies.sql"), ("shares.csv", "kek_media_shares.sql")],
    "bods": [("0.4/sample_300_statements.json", "bods_statements.sql")],
    "amlsim/20K_cycle200.tgz": [("20K_cycle200/transactions.csv", "transfers.sql")],
    "amlsim/20K_fanin200.tgz": [("20K_fanin200/transactions.csv", "transfers.sql")],
}
"""Data sets of owners and of transfers: the files of each, in their order, with the mapping that reads each."""
ASKED = {
    "entities": "SELECT count(*) FROM entity",
    "stakes": "SELECT count(*) FROM stake",
    "levels": "SELECT max(legal) FROM level",
    "pairs of control": "SELECT count(*) FROM controls",
    "shares": "SELECT count(*) FROM effective_share",
    "payments": "SELECT count(*) FROM payment",
}


def capital(folder: Path, name: str) -> dict[str, Any]:
    """Read a set of owners or transfers; returns the results of the graph, and the scoreboard of the rules over it."""
    worker = new_node(name.replace("/", "_").removesuffix(".tgz"), "cn-capital")
    archive = tarfile.open(folder / name) if name.endswith(".tgz") else None  # noqa: SIM115 - closed below
    for file, mapping in CAPITAL[name]:
        opened = archive.extractfile(file) if archive else None
        report(worker, Path(file).name, opened.read() if opened else (folder / name / file).read_bytes(), mapping)
    if archive:
        archive.close()
    answers = {word: worker.duck.rows(sql)[0][0] for word, sql in ASKED.items()}
    for issue, count in worker.duck.rows("SELECT issue, count(*) FROM stake_issue GROUP BY 1 ORDER BY 1"):
        answers[f"stakes: {issue}"] = count
    for pattern, count in worker.duck.rows(
        "SELECT pattern, count(DISTINCT cycle) FROM trade_cycle GROUP BY 1 ORDER BY 1"
    ):
        answers[f"circles: {pattern}"] = count
    result = {"said": answers, "rules": counts(worker)}
    worker.close()
    return result


def show(name: str, result: dict[str, Any]) -> None:
    """Print one data set's table."""
    table = Table(title=name, title_justify="left", box=None, header_style="bold")
    for column in ("rule", "judged", "found", "clear", "not applicable", "not judged"):
        table.add_column(column, justify="left" if column == "rule" else "right", no_wrap=True)
    for rule, score in result.items():
        if score["judged"] or score["found"]:
            cells = [score[k] for k in ("judged", "found", "clear", "not_applicable", "not_judged")]
            table.add_row(rule, *[f"{cell:,}" for cell in cells])
    console.print(table)


def main(folder: Path, chosen: tuple[str, ...] = ("",)) -> int:
    """Run all data sets that are there; words after the folder choose some of them by the beginning of their names."""
    if not folder.is_dir():
        console.print(
            f"{folder} is not there: nothing to read. Name a folder: make real DATA=FOLDER, or set COMPTROLLER_DATA."
        )
        return 0
    results: dict[str, Any] = {}
    jobs = list(logs(folder))
    if (folder / "vat_invoices" / "invoices.parquet").is_file():
        jobs.append(("vat_invoices", lambda: invoices(folder / "vat_invoices" / "invoices.parquet")))
    jobs += [(name, partial(capital, folder, name)) for name in CAPITAL if (folder / name).exists()]
    for name, read in jobs:
        if not name.startswith(chosen):
            continue
        begun = time.monotonic()
        results[name] = read()
        took = time.monotonic() - begun
        if name in CAPITAL:
            console.print(", ".join(f"{word} {count:,}" for word, count in results[name]["said"].items() if count))
        show(f"{name}: {took:.1f} s", results[name]["rules"] if name in CAPITAL else results[name])
    target = ROOT / "build" / "real.json"
    target.parent.mkdir(exist_ok=True)
    target.write_text(json.dumps(results, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    console.print(f"written: {target.relative_to(ROOT)}")
    return 0


if __name__ == "__main__":
    named = sys.argv[1] if len(sys.argv) > 1 else os.environ.get("COMPTROLLER_DATA")
    sys.exit(main(Path(named) if named else ROOT.parent / "shared" / "data", tuple(sys.argv[2:]) or ("",)))
