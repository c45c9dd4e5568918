"""Commands that write: init, report, tick, adopt, rebuild."""

import datetime as dt
import secrets
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any

import typer

from comptroller import engine
from comptroller.cli.instants import instant, instant_for, now
from comptroller.cli.output import (
    REFUSED,
    WRONG_USE,
    JsonOption,
    NodeOption,
    counted,
    err,
    exit_on_refusal,
    language,
    node_folder,
    out,
    passphrase,
    print_json,
    print_refusals,
    progress,
)
from comptroller.cli.pack_paths import pack_roots
from comptroller.intake.echo import Echo
from comptroller.intake.files import media_of
from comptroller.intake.formats.zip import reporter_of
from comptroller.ledger.key import KeyRefused, SignerKey, make_key
from comptroller.model.channel import OPERATOR, REPORTER
from comptroller.model.refusal import Refusal, Refused, refusal
from comptroller.model.report import Report
from comptroller.node import Charter, Loss
from comptroller.packs import gather_files

_LONGEST_ORIGIN = 1_000


AtOption = Annotated[str | None, typer.Option("--at", help="The instant (ISO 8601) instead of now.")]


def init(  # noqa: PLR0913 - what a node begins with
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="The new node's folder.")],
    pack: Annotated[str, typer.Option(help="The pack it works under.")] = "cn-central",
    owner: Annotated[str, typer.Option(help="The code of the owner, who may report for every entity.")] = "OWNER",
    origin: Annotated[str, typer.Option(help="The ledger's name in its checkpoints.")] = "",
    witness: Annotated[
        Path | None,
        typer.Option(
            help="A file, on another disk, where the highest checkpoint is written as well.",
            envvar="COMPTROLLER_WITNESS",
            show_envvar=True,
        ),
    ] = None,
    at: AtOption = None,
    as_json: JsonOption = False,
) -> None:
    """Create a node in DIR: its ledger, key, books and first policy.

    Where COMPTROLLER_PASSPHRASE is set, the key is encrypted under it, and the node requires it.
    """
    with exit_on_refusal(as_json=as_json):
        files = gather_files(pack_roots(), pack)
        name = origin or f"comptroller.invalid/{owner.lower()}/{secrets.token_hex(4)}"
        key = _new_key(name)
        charter = Charter(owner, name, pack, witness=str(witness.absolute()) if witness else "")
        made = engine.create(folder, files, charter, key=key, at=instant(at), passphrase=passphrase())
        fields: dict[str, Any] = {
            "node": str(folder),
            "owner": owner,
            "origin": name,
            "pack": pack,
            "digest": made.pack.digest,
            "rules": len(made.pack.rules),
            "verifier_key": str(key.verifier),
        }
        made.close()
    if as_json:
        print_json(fields)
    else:
        out.print(
            f"node {folder}: pack {pack} {fields['digest'][:12]}, {counted(fields['rules'], 'rule')}, owner {owner}"
        )
        out.print(f"verifier key {fields['verifier_key']}")


def _new_key(name: str) -> SignerKey:
    """Return a new key under a ledger's name; raises Refused for a name that no key may have."""
    try:
        if len(name.encode()) > _LONGEST_ORIGIN:
            raise KeyRefused(f"{len(name.encode())} bytes")
        return make_key(name, secrets.token_bytes(32))
    except (KeyRefused, UnicodeEncodeError) as fault:
        raise Refused([refusal("init.origin", ("", None, "origin"), fault, limit=_LONGEST_ORIGIN)]) from fault


def report(  # noqa: PLR0913 - what a report is sent with
    files: Annotated[list[Path], typer.Argument(metavar="FILE...", help="Files, each a report.")],
    kind: Annotated[str, typer.Option(help="The kind of rows that do not name it.")] = "",
    mapping: Annotated[Path | None, typer.Option(help="SELECTs that turn the file's rows into facts.")] = None,
    reporter: Annotated[str, typer.Option(help="The reporter; the node's owner by default.")] = "",
    signature: Annotated[str, typer.Option(help="The reporter's Ed25519 signature of the file, in base64.")] = "",
    as_operator: Annotated[
        bool,
        typer.Option(
            "--as-operator",
            help="Carry over what was done elsewhere, also acts of officers and grants; the entries name this channel.",
        ),
    ] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Check and judge the files one by one, and record nothing.")
    ] = False,
    at: AtOption = None,
    node: NodeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Report files: each is accepted or rejected as a whole, then judged.

    Without --as-operator only what reporters may report is accepted, also if a reporter is named.
    """
    folder = node_folder(node)
    with exit_on_refusal(as_json=as_json):
        text = _mapping_text(mapping)
        channel = OPERATOR if as_operator else REPORTER
        worker = engine.open_node(folder, passphrase=passphrase())
        try:
            outcomes: list[dict[str, Any]] = []
            with progress("judging", quiet=as_json) as move:
                moment = instant_for(worker, at)
                for number, path in enumerate(files):
                    item = Report(b"", "", path.name, reporter, kind, text, signature, channel)
                    outcomes.append(_report_one(worker, path, item, moment if at else now(), dry_run=dry_run))
                    move(path.name, number + 1, len(files))
            asleep = dict(worker.evaluation.suspended)
        finally:
            worker.close()
    for rule, item in sorted(asleep.items()):
        err.print(f"suspended  {rule}: it failed and is judged no more ({item})", markup=False)
    _print_outcomes(outcomes, as_json=as_json)


def _mapping_text(mapping: Path | None) -> str:
    if mapping is None:
        return ""
    try:
        return mapping.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        err.print(f"{mapping}: {error}")
        raise typer.Exit(WRONG_USE) from error


def _report_one(worker: engine.Engine, path: Path, item: Report, at: dt.datetime, *, dry_run: bool) -> dict[str, Any]:
    try:
        payload = path.read_bytes()
    except OSError as error:
        return _outcome(path, None, [refusal("report.file", (str(path), None, ""), error.strerror)], ())
    media = media_of(path.name, payload)
    if media is None:
        return _outcome(path, None, [refusal("report.media", (path.name, None, ""), path.suffix)], ())
    sender = item.reporter or (reporter_of(path.name) if media == "zip" else "") or worker.charter.owner
    incoming = replace(item, payload=payload, media=media, reporter=sender)
    taken = worker.try_out(incoming, at) if dry_run else worker.take([incoming], at)
    return _outcome(path, taken.entries.get(0), taken.refused.get(0, []), taken.turns, taken.echo(0))


def _outcome(
    path: Path, entry: int | None, refusals: list[Refusal], turns: Any, echo: Echo | None = None
) -> dict[str, Any]:
    counts: dict[str, Counter[str]] = {}
    for turn in turns:
        counts.setdefault(turn.verdict.rule, Counter())[turn.state] += 1
    return {
        "file": str(path),
        "entry": entry,
        "refusals": refusals,
        "turns": {r: dict(c) for r, c in sorted(counts.items())},
        "read": echo.as_json() if echo else None,
    }


def _print_outcomes(outcomes: list[dict[str, Any]], *, as_json: bool) -> None:
    """Print the outcome of each file; exits with code 1 if one was rejected."""
    if as_json:
        print_json([{**o, "refusals": [r.as_json() for r in o["refusals"]]} for o in outcomes])
    else:
        for outcome in outcomes:
            if outcome["refusals"]:
                print_refusals(outcome["refusals"], as_json=False)
                err.print(
                    f"refused  {outcome['file']}: {counted(len(outcome['refusals']), 'reason')}; nothing of it was recorded"
                )
                continue
            recorded = f"entry {outcome['entry']}" if outcome["entry"] else "sound, not recorded"
            out.print(f"{recorded}  {outcome['file']}")
            for kind, acts in outcome["read"]["rows"].items():
                out.print(f"    {kind}: {', '.join(f'{n} {act}' for act, n in sorted(acts.items()))}", markup=False)
            for note in outcome["read"]["notes"] if outcome["read"] else ():
                out.print(f"    {note['text'].get(language(), '')}", markup=False)
            for rule, states in outcome["turns"].items():
                changes = ", ".join(f"{n} {state.replace('_', ' ')}" for state, n in sorted(states.items()))
                out.print(f"    {rule}: {changes}")
    if any(o["refusals"] for o in outcomes):
        raise typer.Exit(REFUSED)


def tick(at: AtOption = None, node: NodeOption = None, as_json: JsonOption = False) -> None:
    """Advance the clock and evaluate deadlines and missing reports."""
    with exit_on_refusal(as_json=as_json):
        worker = engine.open_node(node_folder(node), passphrase=passphrase())
        moment = instant(at, worker.pack.zone)
        turns = worker.tick(moment, now())
        worker.close()
    counts = Counter(turn.state for turn in turns)
    if as_json:
        print_json({"instant": moment, "turns": dict(counts)})
    else:
        changes = ", ".join(f"{n} {state.replace('_', ' ')}" for state, n in sorted(counts.items())) or "nothing turned"
        out.print(f"the clock stands at {moment.isoformat()}: {changes}")


def adopt(
    pack: Annotated[str, typer.Argument(help="The pack to work under from now on.")],
    node: NodeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Adopt a policy: record it as an entry and judge everything again."""
    with exit_on_refusal(as_json=as_json):
        files = gather_files(pack_roots(), pack)
        worker = engine.open_node(node_folder(node), passphrase=passphrase())
        with progress("judging again", quiet=as_json) as move:
            turns = worker.adopt(files, pack, now(), move)
        digest = worker.pack.digest
        worker.close()
    counts = Counter(turn.state for turn in turns)
    if as_json:
        print_json({"pack": pack, "digest": digest, "turns": dict(counts)})
    else:
        out.print(f"pack {pack} {digest[:12]} adopted: {dict(counts) or 'nothing turned'}")


def rebuild(
    accept_loss: Annotated[
        str,
        typer.Option("--accept-loss", metavar="NUMBERS", help="Give up these entries, as the refusal named them."),
    ] = "",
    reason: Annotated[str, typer.Option(help="Why they are given up.")] = "",
    node: NodeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Delete the books and build them again from the ledger.

    A ledger that lacks acknowledged entries is rejected; accepting the loss is an entry of its own.
    """
    with exit_on_refusal(as_json=as_json):
        loss = Loss(accept_loss, now(), reason)
        worker = engine.rebuild(node_folder(node), passphrase=passphrase(), loss=loss)
        fields = {"entries": worker.books.entries, "batches": worker.books.batches}
        worker.close()
    if as_json:
        print_json(fields)
    else:
        out.print(
            f"folded {counted(fields['entries'], 'entry', 'entries')} in {counted(fields['batches'], 'batch', 'batches')}"
        )
