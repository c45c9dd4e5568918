"""The command `pack template`: writes the sheet for reports of a kind."""

from pathlib import Path
from typing import Annotated

import typer

from comptroller.cli.output import WRONG_USE, JsonOption, err, exit_on_refusal, language, out, print_json
from comptroller.cli.pack_paths import pack_roots
from comptroller.cli.suggestions import suggestion
from comptroller.intake.templates import template_csv, template_xlsx
from comptroller.model.near import listed
from comptroller.model.refusal import Refused, refusal
from comptroller.model.text import Text
from comptroller.packs import gather_files, read_pack


def template(
    kind: Annotated[str, typer.Argument(metavar="KIND", help="The kind of fact.")],
    form: Annotated[str, typer.Option("--format", help="xlsx or csv.")] = "xlsx",
    pack: Annotated[str, typer.Option(help="The pack that has the kind.")] = "cn-central",
    output: Annotated[Path | None, typer.Option(help="Where to write it; KIND.FORMAT by default.")] = None,
    as_json: JsonOption = False,
) -> None:
    """Write the sheet for reports of a kind."""
    if form not in ("xlsx", "csv"):
        err.print(f"--format {form}: xlsx or csv")
        raise typer.Exit(WRONG_USE)
    with exit_on_refusal(as_json=as_json):
        policy = read_pack(gather_files(pack_roots(), pack), pack)
        if kind not in policy.kinds:
            names_zh, names_en = listed(policy.kinds)
            names, fix = Text(zh=names_zh, en=names_en), suggestion(kind, policy.kinds, "template.kind:fix")
            raise Refused([refusal("template.kind", (pack, None, "KIND"), kind, mend=fix, names=names)])
        target = output or Path(f"{kind}.{form}")
        made = template_xlsx(policy.kinds[kind], language()) if form == "xlsx" else template_csv(policy.kinds[kind])
        target.write_bytes(made)
    if as_json:
        print_json({"file": str(target)})
    else:
        out.print(str(target))
