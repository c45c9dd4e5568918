"""Commands for those who write packs: prove, new, template."""

import datetime as dt
import os
from pathlib import Path
from typing import Annotated, Any

import typer

from comptroller import engine
from comptroller.cli.places import pack_roots
from comptroller.cli.say import (
    REFUSED,
    WRONG_USE,
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
from comptroller.cli.starts import START
from comptroller.intake.templates import template_csv, template_xlsx
from comptroller.model.finding import plain
from comptroller.model.policy import Pack
from comptroller.model.refusal import Refused, refusal
from comptroller.packs import gather_files, read_pack
from comptroller.prove import compare, prove as run_examples


def prove(
    pack: Annotated[str, typer.Option(help="The pack whose examples run.")] = "cn-central",
    rule: Annotated[str, typer.Option(help="A part of the rule's name.")] = "",
    against: Annotated[
        str, typer.Option(help="Replay the node's history under this pack, and show the difference.")
    ] = "",
    node: NodeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Run the examples that rules carry; with --against, show which findings another pack would add and remove."""
    with doors(as_json=as_json):
        if against:
            _against(node_folder(node), against, as_json=as_json)
            return
        held = read_pack(gather_files(pack_roots(), pack), pack)
        names = [name for name in held.rules if rule in name]
        with progress("proving", quiet=as_json) as move:
            proof = run_examples(held, names, workers=os.cpu_count() or 1, progress=move)
    failures: list[dict[str, Any]] = [
        {"rule": f.rule, "example": f.example, "way": f.way, "said": plain(f.said), "gave": plain(f.gave)}
        for f in proof.failures
    ]
    if as_json:
        print_json({"rules": proof.rules, "examples": proof.examples, "failures": failures})
    else:
        for failure in failures:
            err.print(f"{failure['rule']}: {failure['example']} ({failure['way']})", markup=False)
            err.print(f"    said {failure['said']}\n    gave {failure['gave']}", markup=False)
        out.print(f"{proof.examples} examples of {proof.rules} rules, {len(failures)} fail")
    if failures:
        raise typer.Exit(REFUSED)


def _against(folder: Path, name: str, *, as_json: bool) -> None:
    other: Pack = read_pack(gather_files(pack_roots(), name), name)
    worker = engine.open_node(folder, passphrase=passphrase())
    try:
        with progress("replaying", quiet=as_json) as move:
            difference = compare(worker.duck, worker.books, other, worker.watch.findings, move)
    finally:
        worker.close()
    if as_json:
        print_json(difference.as_json())
        return
    rows = [(r, len(a), len(v), len(c)) for r, a, v, c in difference.by_rule()]
    print_table("", ["rule", "appear", "vanish", "change"], rows)
    out.print(
        f"{len(difference.appear)} findings more, {len(difference.vanish)} fewer, {len(difference.change)} with other evidence"
    )


def new(
    what: Annotated[str, typer.Argument(metavar="rule|kind|measure", help="What to begin.")],
    path: Annotated[
        Path, typer.Argument(metavar="PATH", help="Its path without an ending, such as packs/mine/rules/payments/late.")
    ],
    as_json: JsonOption = False,
) -> None:
    """Begin a rule, a kind or a measure from a template."""
    if what not in START:
        raise typer.BadParameter(f"{what}: one of {', '.join(START)}")
    stem = path.with_suffix("") if path.suffix in (".yml", ".sql") else path
    targets = {stem.with_suffix(ending): text for ending, text in START[what].items()}
    with doors(as_json=as_json):
        for target in targets:
            if target.exists():
                wanted, mend = ("尚不存在的文件", "a file that is not there yet"), ("另取名称", "Choose another name.")
                raise Refused([refusal("new.exists", (str(target), None, ""), target.name, wanted, mend)])
    today = dt.datetime.now(dt.UTC).date().isoformat()
    for target, text in targets.items():
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text.replace("@NAME@", stem.name).replace("@TODAY@", today), encoding="utf-8")
    if as_json:
        print_json([str(target) for target in targets])
    else:
        out.print("\n".join(str(target) for target in targets))


def template(
    kind: Annotated[str, typer.Argument(metavar="KIND", help="The kind of fact.")],
    form: Annotated[str, typer.Option("--format", help="xlsx or csv.")] = "xlsx",
    pack: Annotated[str, typer.Option(help="The pack that has the kind.")] = "cn-central",
    output: Annotated[Path | None, typer.Option(help="Where to write it; KIND.FORMAT where nothing is said.")] = None,
    as_json: JsonOption = False,
) -> None:
    """Write the sheet in which a kind is reported."""
    if form not in ("xlsx", "csv"):
        err.print(f"--format {form}: xlsx or csv")
        raise typer.Exit(WRONG_USE)
    with doors(as_json=as_json):
        held = read_pack(gather_files(pack_roots(), pack), pack)
        if kind not in held.kinds:
            known = sorted(held.kinds)
            wanted = (f"其一:{'、'.join(known)}", f"one of: {', '.join(known)}")
            raise Refused(
                [refusal("template.kind", (pack, None, "KIND"), kind, wanted, ("核对名称", "Check the name."))]
            )
        target = output or Path(f"{kind}.{form}")
        made = template_xlsx(held.kinds[kind], language()) if form == "xlsx" else template_csv(held.kinds[kind])
        target.write_bytes(made)
    if as_json:
        print_json({"file": str(target)})
    else:
        out.print(str(target))
