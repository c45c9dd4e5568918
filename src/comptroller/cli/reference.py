"""The pages of docs/reference, made from code and packs: `python -m comptroller.cli.reference DIR`."""

import inspect
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Annotated, Any, get_args, get_origin

import typer
from typer.models import ArgumentInfo, OptionInfo

from comptroller.books.facts.tables import DEPRECATED as DEPRECATED_TABLES, FIXED, GOVERNANCE_COLUMNS, documented
from comptroller.cli.groups import function_of
from comptroller.cli.pack_paths import pack_roots
from comptroller.cli.reference_codes import Code, codes
from comptroller.cli.reference_rules import cell, limits, rule_page, table, views_page
from comptroller.cli.registry import COMMANDS, DEPRECATED
from comptroller.evaluation.findings import COLUMNS as FINDING_COLUMNS
from comptroller.intake.reference import reference_page
from comptroller.model.finding import SUSPENDED
from comptroller.model.kind import Kind
from comptroller.model.policy import Pack, Param, PolicyList, Rule, Source
from comptroller.packs import gather_files, read_pack

OFFERED = {
    "clock": "The moment to which the last tick set the clock; no row before the first tick.",
    "clock_act": "Acts about the clock: jumps that an officer let pass, and stretches of entries made by a wrong clock.",
    "unfolded": "Entries that are in the ledger and cannot be folded, the fault of each, and the entry that records it.",
    "last_report": "The latest report about each entity of the register.",
    "ancestor": "The entities above each entity by management; distance 0 is the entity itself.",
    "level": "The depth of each entity, counted by ownership and by management.",
    "group_head": "The head of each entity's group from day to day: the uppermost managing entity below the owner's bodies.",
    "controls": "Controlling and controlled parties, with the basis and the path.",
    "control_period": "Who controlled the parties that rules ask about, and from when to when.",
    "control_turn": "Control gained and lost: with which entry, and what the clock showed then.",
    "controlled_not_governed": "What an entity of the register controls and does not manage.",
    "governed_without_control": "Entities below an entity by management, and not by control.",
    "ultimate_controller": "The last controller of each entity.",
    "effective_share": "An owner's effective share of an entity, over all paths; low and high where not all is known.",
    "stake_issue": "What does not fit together in the stakes that are reported of an entity.",
    "related": "Related parties, with the category, the path and the time.",
    "trade_cycle": "Circles of payments and of goods, leg by leg, by the pattern that makes them circles.",
    "search_limit": "Where the search for circles was cut short: there may be circles without a row.",
    "flow_fan": "Payments or goods from many to one party, from one to many, or the one and then the other, leg by leg.",
    "guarantee_circle": "Circles of guarantees, leg by leg.",
    "working_day": "Whether a day is worked, and the running number of working days up to and with it.",
    "list_in_force": "The lines that reach each entity: its own (distance 0), those above it, the pack's (999).",
}
"""Description of each table that the engine offers beside the kinds."""


def pages(roots: Iterable[Path]) -> dict[str, str]:
    """Return every page by its path below docs/reference; the same code and packs make the same pages."""
    places = list(roots)
    packs = [read_pack(gather_files(places, name), name) for name in _pack_names(places)]
    kinds = {item.source: item for pack in packs for item in pack.kinds.values()}
    rules = {name: (rule, pack) for pack in packs for name, rule in pack.rules.items()}
    params = {item.name: item for pack in packs for item in pack.params.values()}
    lists = {item.name: item for pack in packs for item in pack.lists.values()}
    sources = {item.name: item for pack in packs for item in pack.sources.values()}
    texts = {f"kinds/{kind.name}.md": reference_page(kind) for _, kind in sorted(kinds.items())}
    texts |= {_place(name): rule_page(rule, pack) for name, (rule, pack) in rules.items()}
    texts["tables.md"] = _tables_page(packs)
    texts["parameters.md"] = _parameters_page(params)
    texts["lists.md"] = _lists_page(lists)
    texts["sources.md"] = _sources_page(sources)
    texts["views.md"] = views_page(packs)
    texts["commands.md"] = _commands_page()
    texts["refusals.md"] = _refusals_page(codes())
    texts["index.md"] = _index(kinds, {name: rule for name, (rule, _) in rules.items()})
    return dict(sorted(texts.items()))


def _pack_names(roots: Sequence[Path]) -> list[str]:
    return sorted({path.parent.name for root in roots for path in root.glob("*/pack.yml")})


def _place(rule: str) -> str:
    """Return where a rule's page lies."""
    return f"rules/{rule.replace('/rules/', '/')}.md"


def _index(kinds: dict[str, Kind], rules: dict[str, Rule]) -> str:
    head = "# Reference\n\nThese pages are made from code and packs by `make reference`, and compared by the tests.\n"
    own = (
        "- [Commands](commands.md)\n- [Tables](tables.md)\n- [Parameters](parameters.md)\n- [Lists](lists.md)\n"
        "- [Sources](sources.md)\n- [Views](views.md)\n- [Refusals](refusals.md)\n"
    )
    rows = [(f"[{k.name}](kinds/{k.name}.md)", k.title.zh, k.title.en, k.source) for _, k in sorted(kinds.items())]
    rule_rows = [
        (f"[{name}]({_place(name)})", rule.catalogue, rule.title.zh, rule.title.en, rule.kind, rule.severity)
        for name, rule in sorted(rules.items())
    ]
    return "\n".join(
        [
            head,
            own,
            "## Kinds of fact\n",
            table(("kind", "中文", "English", "defined in"), rows),
            "\n## Rules\n",
            table(("rule", "catalogue", "中文", "English", "kind", "severity"), rule_rows),
        ]
    )


def _tables_page(packs: Sequence[Pack]) -> str:
    lines = [
        "# Tables",
        "",
        "Rules, `comptroller query` and mappings' checks name these tables and no others.",
        "A fact table's columns `fact` and `received_at` say where a row stands in the ledger and when it came,",
        "and `first_at` when the first fact came of which it is a correction.",
        "The package `books` writes all of them but `finding` and `suspended_rule`, which `evaluation` writes.",
        "",
    ]
    open_tables = {name for pack in packs for name in documented(pack)}
    offered = FIXED | GOVERNANCE_COLUMNS
    for name in [table_name for table_name in offered if table_name in open_tables]:
        lines += [f"## {name}", "", OFFERED.get(name, ""), "", _columns_of(offered[name]), ""]
    lines += ["## finding", "", "Every version of every finding, frozen when it was made.", ""]
    lines += [table(("column", "type"), [(f"`{n}`", form) for n, form in FINDING_COLUMNS.items()]), ""]
    lines += [
        "## suspended_rule",
        "",
        "Rules that failed on facts and are suspended until their text changes, and the engine's message.",
        "",
        _columns_of(SUSPENDED),
        "",
    ]
    for name, successor in DEPRECATED_TABLES.items():
        lines += [f"## {name}", "", f"Deprecated: an earlier name of `{successor}`; it still works.", ""]
    lines += ["## finding_now", "", "The latest version of each finding; columns as in `finding`.", ""]
    for param in sorted({name for name in open_tables if name.startswith("param_")}):
        lines += [f"## {param}", "", "A parameter by date; see [parameters](parameters.md).", ""]
    facts = {name: kind for pack in packs for name, kind in pack.tables.items()}
    for name, kind in sorted(facts.items()):
        word = "A nested list of" if kind.parent else "See"
        outer = f"{word} [{kind.parent or name}](kinds/{kind.parent or name}.md)."
        rows = [(f"`{column}`", form) for column, form in kind.columns.items()]
        lines += [
            f"## {name}",
            "",
            f"{kind.title.en} ({kind.title.zh}). {outer}",
            "",
            table(("column", "type"), rows),
            "",
        ]
    return "\n".join(lines).rstrip() + "\n"


def _columns_of(text: str) -> str:
    """Return the columns that a fixed table's text declares; what parts them is a comma and a space."""
    rows = [(f"`{part.split(' ', 1)[0]}`", part.split(" ", 1)[1]) for part in text.split(", ")]
    return table(("column", "type"), rows)


def _parameters_page(params: dict[str, Param]) -> str:
    lines = ["# Parameters", "", "A figure that nobody has compared with its source yet is marked *not verified*.", ""]
    for name, param in sorted(params.items()):
        by = f" by {', '.join(f'`{field}`' for field in param.by)}" if param.by else ""
        lines += [
            f"## {name}",
            "",
            f"{param.title.en} ({param.title.zh}); unit {param.unit}{by}.",
            "",
            limits(param),
            "",
        ]
    return "\n".join(lines).rstrip() + "\n"


def _lists_page(lists: dict[str, PolicyList]) -> str:
    lines = ["# Lists", "", "What a lower list may change is said by `tightens`.", ""]
    for name, item in sorted(lists.items()):
        rows = [
            (
                f"`{line.item}`",
                line.title.zh,
                line.title.en,
                line.limit_cny,
                line.share_pct,
                line.body,
                line.valid_from,
                line.valid_until,
                "" if line.verified else "not verified",
                ", ".join(f"{c.source} {c.article}".strip() for c in line.cites),
            )
            for line in item.lines
        ]
        heads = ("item", "中文", "English", "limit, CNY", "share, %", "body", "from", "until", "verified", "source")
        about = f"{item.title.en} ({item.title.zh}); tightens: `{item.tightens}`."
        lines += [f"## {name}", "", about, "", table(heads, rows), ""]
    return "\n".join(lines).rstrip() + "\n"


def _sources_page(sources: dict[str, Source]) -> str:
    rows = [
        (f"`{name}`", s.title.zh, s.title.en, s.number, s.issued_by.en or s.issued_by.zh, s.valid_from, s.valid_until)
        for name, s in sorted(sources.items())
    ]
    heads = ("source", "中文", "English", "number", "issued by", "in force from", "until")
    about = "Laws and documents that rules, lists and parameters cite."
    return "\n".join(["# Sources", "", about, "", table(heads, rows), ""])


def _commands_page() -> str:
    lines = [
        "# Commands",
        "",
        "Exit code 0: done; 1: rejected, or found broken; 2: wrong use.",
        "Every command that prints takes `--json`; `comptroller GROUP --help` lists the commands of a group.",
        "`--node DIR`, or the environment's `COMPTROLLER_NODE`, names the node.",
        "`COMPTROLLER_PACKS` names folders of packs that come before those that ship.",
        "`COMPTROLLER_LANGUAGE` is `zh` or `en`; `COMPTROLLER_PASSPHRASE` opens an encrypted key.",
        "",
    ]
    for entry in COMMANDS:
        lines += _command(entry.name, function_of(entry))
    rows = [(f"`{name}`", f"`{now}`") for name, now in sorted(DEPRECATED.items())]
    lines += [
        "## Earlier names",
        "",
        "These names are deprecated. They still work, and `--help` does not list them.",
        "",
    ]
    lines += [table(("deprecated", "now"), rows), ""]
    return "\n".join(lines).rstrip() + "\n"


def _command(named: str, callback: Callable[..., Any]) -> list[str]:
    """Return a command's part: what it does, how it is called, and its words."""
    arguments, options = [], []
    for name, parameter in inspect.signature(callback, eval_str=True).parameters.items():
        assert get_origin(parameter.annotation) is Annotated, f"{callback.__name__} {name}: an Annotated parameter"
        info = next(item for item in get_args(parameter.annotation) if isinstance(item, (ArgumentInfo, OptionInfo)))
        text = f"{info.help}{_default(parameter.default)}"
        if isinstance(info, ArgumentInfo):
            arguments.append((info.metavar or name.upper(), text))
        else:
            options.append((_option(name, info), text))
    words = ["comptroller", named, *(word for word, _ in arguments), *(["[OPTIONS]"] if options else [])]
    rows = [(f"`{word}`", text) for word, text in (*arguments, *options)]
    about = cell(inspect.getdoc(callback) or "")
    return [f"## {named}", "", about, "", f"`{' '.join(words)}`", "", table(("word", "what"), rows), ""]


def _option(name: str, info: OptionInfo) -> str:
    """Return an option's name: as declared (Typer lists the default first), or made from its parameter's name."""
    declared = [item for item in (info.default, *(info.param_decls or ())) if isinstance(item, str) and item[:1] == "-"]
    return declared[0] if declared else f"--{name.replace('_', '-')}"


def _default(value: Any) -> str:
    return "" if value in (inspect.Parameter.empty, None, False, "") else f" (`{value}` where nothing is said)"


def _refusals_page(listed: Sequence[Code]) -> str:
    lines = [
        "# Refusals",
        "",
        "A refusal says the place, what was seen, what was expected, the mend, and one of these codes.",
        "Codes do not change.",
        "A part in `<>` stands for a name, such as a field's type or a check's code; `{}` holds what is filled in.",
        "",
        table(("code", "expected", "期望", "mend", "改正", "said in"), [code.row() for code in listed]),
    ]
    return "\n".join(lines) + "\n"


def write(folder: Path) -> list[str]:
    """Write every page below `folder` and take away those that are not made any more; returns the pages' paths."""
    made = pages(pack_roots())
    for path in sorted(folder.rglob("*.md")) if folder.is_dir() else []:
        if path.relative_to(folder).as_posix() not in made:
            path.unlink()
    for name, text in made.items():
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")
    return list(made)


def main(folder: Annotated[Path, typer.Argument(metavar="DIR", help="Where the pages go.")]) -> None:
    """Make the pages of docs/reference."""
    typer.echo(f"{len(write(folder))} pages in {folder}")


if __name__ == "__main__":
    typer.run(main)
