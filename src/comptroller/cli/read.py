"""Commands that read: findings, explain, scoreboard, entry, verify, query."""

import base64
import datetime as dt
import json
from pathlib import Path
from typing import Annotated, Any

import typer

from comptroller import engine, node as node_room
from comptroller.books.tables import documented
from comptroller.cli.say import (
    REFUSED,
    JsonOption,
    NodeOption,
    doors,
    err,
    language,
    node_folder,
    out,
    passphrase,
    print_json,
    print_table,
    progress,
)
from comptroller.desk.query_pool import QueryPool
from comptroller.ledger import verify as verifying
from comptroller.ledger.entry import payload_digest
from comptroller.ledger.ledger import Ledger
from comptroller.model.refusal import Refused, refusal
from comptroller.watch import explain as explaining, history, scoreboard as counting

ValidOption = Annotated[str | None, typer.Option("--valid", metavar="DAY", help="As true on that day.")]
KnownOption = Annotated[str | None, typer.Option("--known", metavar="ENTRY|INSTANT", help="As known with that entry.")]


def day(said: str | None) -> dt.date | None:
    """Give the day that was said; wrong use where it is none."""
    try:
        return dt.date.fromisoformat(said) if said else None
    except ValueError as error:
        raise typer.BadParameter(f"{said}: a day such as 2024-06-30") from error


def known_entry(worker: engine.Engine, said: str | None) -> int | None:
    """Give the entry that was said, by number or as the last one received by an instant."""
    if not said:
        return None
    if said.isdigit():
        return int(said)
    try:
        moment = dt.datetime.fromisoformat(said)
    except ValueError as error:
        raise typer.BadParameter(f"{said}: an entry's number, or an instant such as 2024-06-30T08:00:00") from error
    return worker.ledger.size_at(moment.astimezone(dt.UTC) if moment.tzinfo else moment.replace(tzinfo=dt.UTC))


def findings(  # noqa: PLR0913 - what one may ask by
    rule: Annotated[str, typer.Option(help="A part of the rule's name.")] = "",
    entity: Annotated[str, typer.Option(help="The entity's code.")] = "",
    state: Annotated[
        str, typer.Option(help="open, all, raised, changed, cleared, not_judged or not_applicable.")
    ] = "open",
    valid: ValidOption = None,
    known: KnownOption = None,
    node: NodeOption = None,
    as_json: JsonOption = False,
) -> None:
    """List findings, as they stand or stood."""
    if state not in ("open", "all", *history.STATES):
        raise typer.BadParameter(f"--state {state}: one of open, all, {', '.join(history.STATES)}")
    with doors(as_json=as_json):
        worker = engine.open_node(node_folder(node), passphrase=passphrase())
        at = known_entry(worker, known)
        found = history.findings(worker.duck, rule=rule, entity=entity, state=state, valid=day(valid), known=at)
        titles = {name: one.title.said(language()) for name, one in worker.pack.rules.items()}
        worker.close()
    if as_json:
        print_json([one.as_json() for one in found])
        return
    rows = [
        (f.finding, f.state, titles.get(f.rule, f.rule), f.entity, " ".join(map(str, f.subject)), f.since)
        for f in found
    ]
    print_table("", ["finding", "state", "rule", "entity", "subject", "since"], rows)
    out.print(f"{len(found):,} findings")


def explain(
    finding: Annotated[str, typer.Argument(metavar="FINDING", help="Its name, or a beginning of it.")],
    node: NodeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Explain a finding: clause, rule, parameters, the rows read, and what would have made it lawful."""
    with doors(as_json=as_json):
        worker = engine.open_node(node_folder(node), passphrase=passphrase())
        found = explaining.explain(worker.duck, worker.pack, finding, policy_of=worker.policy_of)
        heads = {row["entry"]: worker.ledger.entry(row["entry"]).fields for row in found.rows} if found else {}
        worker.close()
        if found is None:
            wanted = ("唯一的发现编号", "the name of one finding")
            mend = ("用 comptroller findings 查编号", "Look it up with comptroller findings.")
            raise Refused([refusal("explain.finding", ("", None, "finding"), finding, wanted, mend)])
    if as_json:
        print_json({**found.as_json(), "entries": heads})
    else:
        _tell(found, heads)


def _tell(found: explaining.Explanation, heads: dict[int, dict[str, Any]]) -> None:
    """Print an explanation for a person."""
    one, rule, said = found.finding, found.rule, language()
    title = rule.title.said(said) if rule else one.rule
    out.print(f"{one.finding}  {one.state}  {title}", style="bold", markup=False)
    if rule:
        word = "may be called a breach" if rule.may_be_breach else "a lead for a person, not a breach"
        out.print(f"{rule.catalogue} {one.rule}  {rule.kind}, {rule.severity}: {word}".strip(), markup=False)
        out.print(rule.why.said(said), markup=False)
    out.print(f"entity {one.entity}  since {one.since}  known with entry {one.known}", markup=False)
    for source in found.sources:
        name = source["title"][said] or source["source"]
        article = f", art. {source['article']}" if source["article"] else ""
        out.print(f"source    {name} {source['number']}{article}, in force from {source['in_force'][0]}", markup=False)
    for param in found.parameters:
        mark = "" if param["verified"] else "  (figure not verified)"
        until = f" until {param['until']}" if param["until"] else ""
        out.print(
            f"parameter {param['title'][said]}: {param['value']:g} {param['unit']} from {param['from']}{until}{mark}",
            markup=False,
        )
    print_table(
        "evidence",
        ["", ""],
        [
            (k, v if not isinstance(v, (dict, list)) else json.dumps(v, ensure_ascii=False))
            for k, v in one.evidence.items()
        ],
    )
    for row in found.rows:
        head = heads[row["entry"]]
        cells = ", ".join(f"{k}={v}" for k, v in row["row"].items())
        out.print(
            f"entry {row['entry']} no. {row['place']} ({head['name'] or head['media']}, by {head['reporter']}) {row['table']}: {cells}",
            markup=False,
        )
    if one.missing:
        out.print(f"not judged because {one.missing} is missing", markup=False)
    if one.excluded:
        out.print(f"not applicable: {one.excluded}", markup=False)
    if found.lawful:
        out.print(f"lawful if {found.lawful[said]}", markup=False)
    if rule:
        out.print(rule.text.strip(), style="dim", markup=False)
        if not found.is_same_text:
            out.print("the rule's text is another today than when this was judged", style="yellow")


def scoreboard(
    rule: Annotated[str, typer.Option(help="A part of the rule's name.")] = "",
    node: NodeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Count for each rule: judged, found, clear, not applicable, not judged and why."""
    with doors(as_json=as_json):
        worker = engine.open_node(node_folder(node), passphrase=passphrase())
        names = [name for name in sorted(worker.pack.rules) if rule in name]
        scores = counting.scoreboard(worker.duck, worker.pack, worker.watch.findings, names) if names else []
        worker.close()
    if as_json:
        print_json({score.rule: score.as_json() for score in scores})
        return
    rows = [
        (
            s.rule,
            s.judged,
            s.found,
            s.clear,
            s.not_applicable,
            s.not_judged,
            f"asleep: {s.asleep}" if s.asleep else ", ".join(f"{k} {n:,}" for k, n in s.why.items()),
            ", ".join(f"{k} {n:,}" for k, n in s.excluded.items()),
        )
        for s in scores
    ]
    heads = ["rule", "judged", "found", "clear", "not applicable", "not judged", "because of missing", "left out for"]
    print_table("", heads, rows)


def entry(
    number: Annotated[int | None, typer.Argument(metavar="N", help="The entry's number.")] = None,
    file: Annotated[Path | None, typer.Option(help="The first entry that holds this file, byte for byte.")] = None,
    payload: Annotated[Path | None, typer.Option(help="Write the payload, byte for byte, to this file.")] = None,
    node: NodeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show an entry of the ledger with its receipt: the proof that it is in the tree."""
    with doors(as_json=as_json):
        worker = engine.open_node(node_folder(node), passphrase=passphrase())
        try:
            held = number if file is None else _holding(worker.ledger, file)
            one = worker.ledger.entry(held or 0)
            receipt = worker.ledger.receipt(one.number)
        except LookupError as error:
            wanted = (f"1 到 {worker.ledger.size} 之间的条目号", f"an entry from 1 to {worker.ledger.size}")
            mend = ("核对条目号,或用 --file 指明文件", "Check the number, or name a file by --file.")
            seen = "" if number is None else number
            raise Refused([refusal("entry.number", ("", None, "N"), seen, wanted, mend)]) from error
        finally:
            worker.close()
    if payload is not None and one.payload is not None:
        payload.write_bytes(one.payload)
    said = {
        "number": one.number,
        "received_at": one.received_at,
        "header": one.fields,
        "erased": one.is_erased,
        "leaf": base64.b64encode(one.leaf).decode(),
        "receipt": json.loads(receipt.to_json()),
    }
    if as_json:
        print_json(said)
        return
    rows = [
        (k, v if not isinstance(v, (dict, list)) else json.dumps(v, ensure_ascii=False)) for k, v in one.fields.items()
    ]
    print_table(f"entry {one.number}, received {one.received_at.isoformat()}", ["", ""], rows)
    out.print(receipt.checkpoint, markup=False)
    out.print(f"proof: {len(receipt.proof)} hashes to the tree of {receipt.size} entries")


def _holding(ledger: Ledger, file: Path) -> int:
    """Give the first entry whose payload is this file; refuses (Refused) a file that was never taken."""
    try:
        found = ledger.find(payload_digest(file.read_bytes()))
    except OSError as fault:
        wanted, mend = ("可读的文件", "a file that can be read"), ("核对路径", "Check the path.")
        raise Refused([refusal("entry.unreadable", (str(file), None, "file"), str(fault), wanted, mend)]) from fault
    if found is None:
        wanted = ("台账收下过的文件,逐字节相同", "a file that the ledger took, byte for byte")
        mend = ("核对是否改动过,或重新报送", "See whether it was changed since, or report it again.")
        raise Refused([refusal("entry.not_taken", (str(file), None, "file"), file.name, wanted, mend)])
    return found


def verify(
    witness: Annotated[Path | None, typer.Option(help="A checkpoint that was kept outside.")] = None,
    node: NodeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Check every hash, the tree and every checkpoint of the ledger; name the first bad entry."""
    folder = node_folder(node)
    with doors(as_json=as_json):
        _, key = node_room.take_up(folder, passphrase())
        kept = witness.read_text(encoding="utf-8") if witness else None
        with progress("verifying", quiet=as_json) as move:
            found = verifying.verify(
                folder / node_room.LEDGER, key.verifier, witness=kept, progress=lambda at, whole: move("", at, whole)
            )
    problem = found.problem
    if as_json:
        print_json(
            {
                "sound": found.is_sound,
                "entries": found.entry_count,
                "checkpoints": found.checkpoint_count,
                "erased": list(found.erased),
                "root": base64.b64encode(found.root).decode(),
                "problem": None if problem is None else {"entry": problem.entry, "said": str(problem)},
            }
        )
    elif problem is None:
        erased = f", {len(found.erased)} payloads erased" if found.erased else ""
        out.print(f"sound: {found.entry_count:,} entries, {found.checkpoint_count:,} checkpoints{erased}")
    else:
        err.print(f"broken at entry {problem.entry}: {problem}", markup=False)
    if problem is not None:
        raise typer.Exit(REFUSED)


def query(
    sql: Annotated[str, typer.Argument(metavar="SELECT", help="One SELECT over the documented tables.")],
    valid: ValidOption = None,
    known: KnownOption = None,
    node: NodeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Ask the books; read-only, the documented tables only."""
    with doors(as_json=as_json), QueryPool() as pool:
        worker = engine.open_node(node_folder(node), passphrase=passphrase())
        try:
            shown = worker.books.views_here(day(valid), known_entry(worker, known))
            columns, rows = pool.ask(worker.duck, sql, set(documented(worker.pack)), shown)
        finally:
            worker.close()
    if as_json:
        print_json([dict(zip(columns, row, strict=True)) for row in rows])
    else:
        print_table("", columns, rows)
        out.print(f"{len(rows):,} rows")
