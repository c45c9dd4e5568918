"""Commands of the group `pack` for authors: prove, check, replay, new."""

import datetime as dt
import os
from pathlib import Path
from typing import Annotated, Any

import typer

from comptroller.cli.opening import working
from comptroller.cli.output import (
    REFUSED,
    JsonOption,
    NodeOption,
    counted,
    err,
    exit_on_refusal,
    out,
    print_json,
    print_table,
    progress,
)
from comptroller.cli.pack_paths import pack_roots
from comptroller.cli.scaffolds import START
from comptroller.cli.suggestions import suggestion
from comptroller.model.finding import plain
from comptroller.model.policy import Pack
from comptroller.model.refusal import Refused, refusal
from comptroller.packs import gather_files, read_pack
from comptroller.testing import compare, prove as run_examples


def prove(
    pack: Annotated[str, typer.Option(help="The pack to test.")] = "cn-central",
    rule: Annotated[str, typer.Option(help="A part of the rule's name.")] = "",
    against: Annotated[
        str, typer.Option(help="Replay the node's history under this pack instead; the same as pack replay.")
    ] = "",
    node: NodeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Run the examples that rules carry."""
    if against:
        replay(against, node, as_json=as_json)
        return
    with exit_on_refusal(as_json=as_json):
        policy = read_pack(gather_files(pack_roots(), pack), pack)
        names = [name for name in policy.rules if rule in name]
        if rule and not names:
            fix = suggestion(rule, policy.rules, "prove.rule:fix")
            raise Refused([refusal("prove.rule", (pack, None, "--rule"), rule, mend=fix)])
        with progress("testing", quiet=as_json) as move:
            proof = run_examples(policy, names, workers=os.cpu_count() or 1, progress=move)
    failures: list[dict[str, Any]] = [
        {"rule": f.rule, "example": f.example, "way": f.way, "said": plain(f.said), "gave": plain(f.gave)}
        for f in proof.failures
    ]
    if as_json:
        print_json({"rules": proof.rules, "examples": proof.examples, "failures": failures})
    else:
        for failure in failures:
            err.print(f"{failure['rule']}: {failure['example']} ({failure['way']})", markup=False)
            err.print(f"    expected {failure['said']}\n    gave     {failure['gave']}", markup=False)
        out.print(f"{counted(proof.examples, 'example')} of {counted(proof.rules, 'rule')}, {len(failures)} failed")
    if failures:
        raise typer.Exit(REFUSED)


def check(
    pack: Annotated[str, typer.Argument(metavar="PACK", help="The pack to check.")],
    as_json: JsonOption = False,
) -> None:
    """Check that a pack can be read, without running its examples."""
    with exit_on_refusal(as_json=as_json):
        policy = read_pack(gather_files(pack_roots(), pack), pack)
    if as_json:
        counts = {"kinds": len(policy.kinds), "rules": len(policy.rules), "views": len(policy.views)}
        print_json({"pack": pack, "digest": policy.digest, "layers": list(policy.layers), **counts})
        return
    parts = (counted(len(policy.kinds), "kind"), counted(len(policy.rules), "rule"), counted(len(policy.views), "view"))
    out.print(f"pack {pack} {policy.digest[:12]} can be read: {', '.join(parts)}", markup=False)


def replay(
    pack: Annotated[str, typer.Argument(metavar="PACK", help="The pack to compare the node's own with.")],
    node: NodeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Replay the node's history under another pack and show which findings differ."""
    with exit_on_refusal(as_json=as_json):
        other: Pack = read_pack(gather_files(pack_roots(), pack), pack)
        with working(node) as worker, progress("replaying", quiet=as_json) as move:
            difference = compare(worker.duck, worker.books, other, worker.evaluation.findings, move)
    if as_json:
        print_json(difference.as_json())
        return
    rows = [(r, len(a), len(v), len(c)) for r, a, v, c in difference.by_rule()]
    print_table("", ["rule", "appear", "vanish", "change"], rows)
    out.print(
        f"{counted(len(difference.appear), 'finding')} more, {len(difference.vanish)} fewer, "
        f"{len(difference.change)} with other evidence"
    )


def new(
    what: Annotated[str, typer.Argument(metavar="rule|kind|view", help="What to create.")],
    path: Annotated[
        Path, typer.Argument(metavar="PATH", help="Its path without an ending, such as packs/mine/rules/payments/late.")
    ],
    as_json: JsonOption = False,
) -> None:
    """Create a rule, a kind or a view from a template."""
    if what not in START:
        raise typer.BadParameter(f"{what}: one of {', '.join(START)}")
    stem = path.with_suffix("") if path.suffix in (".yml", ".sql") else path
    targets = {stem.with_suffix(ending): text for ending, text in START[what].items()}
    with exit_on_refusal(as_json=as_json):
        for target in targets:
            if target.exists():
                raise Refused([refusal("new.exists", (str(target), None, ""), target.name)])
    today = dt.datetime.now(dt.UTC).date().isoformat()
    for target, text in targets.items():
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text.replace("@NAME@", stem.name).replace("@TODAY@", today), encoding="utf-8")
    if as_json:
        print_json([str(target) for target in targets])
    else:
        out.print("\n".join(str(target) for target in targets))
