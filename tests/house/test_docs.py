"""Documents match the code: reference is made and compared, links lead somewhere, and pages follow their form."""

import re
from functools import cache
from pathlib import Path

from comptroller import texts as catalogue
from comptroller.books.facts.tables import FIXED, GOVERNANCE, documented
from comptroller.cli.reference import OFFERED, pages
from comptroller.cli.reference_codes import codes
from comptroller.cli.registry import COMMANDS, DEPRECATED
from comptroller.packs import gather_files, read_pack
from tests.house.source import DOCS, PACKS, REPOSITORY, shown, sources, texts

REFERENCE = DOCS / "reference"
MOST_LINES = 400
PRAISE = re.compile(
    r"\b(?:amazing|awesome|beautiful|best-in-class|blazing|easy|easily|effortless|elegant|excellent|fantastic|great|"
    r"powerful|robust|seamless|simple|simply|state-of-the-art|world-class|cutting-edge)\b",
    re.IGNORECASE,
)
WE = re.compile(r"\b(?:we|our|ours|us|let's)\b", re.IGNORECASE)
TWO_SENTENCES = re.compile(r"[a-z`)\"]{2}[.?!] +[A-Z][a-z]")


@cache
def _made() -> dict[str, str]:
    return pages([PACKS])


def _written() -> list[Path]:
    """Return the pages that people write; the change log is made of fragments."""
    pages = [*sorted(REPOSITORY.glob("*.md")), *sorted(DOCS.rglob("*.md"))]
    return [p for p in pages if REFERENCE not in p.parents and p.name != "CHANGELOG.md"]


def _prose(path: Path) -> list[tuple[int, str]]:
    """Return a page's lines of prose with their numbers: no code, no tables."""
    found, is_code = [], False
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        if line.lstrip().startswith("```"):
            is_code = not is_code
        elif not is_code and not line.startswith(("|", "    ")):
            found.append((number, re.sub(r"`[^`]*`", "`x`", line)))
    return found


def test_reference_is_as_made() -> None:
    """Every page of docs/reference equals what code and packs make now; `make reference` makes them again."""
    there = {
        p.relative_to(REFERENCE).as_posix(): p.read_text(encoding="utf-8") for p in sorted(REFERENCE.rglob("*.md"))
    }
    made = _made()
    assert sorted(made.keys() - there.keys()) == [], "pages are missing: run make reference"
    assert sorted(there.keys() - made.keys()) == [], "pages are of things that are gone: run make reference"
    assert sorted(name for name in made if made[name] != there[name]) == [], "pages are stale: run make reference"


def test_every_kind_rule_table_and_parameter_has_its_entry() -> None:
    """What a pack brings can be looked up."""
    made = _made()
    for name in sorted(p.parent.name for p in PACKS.glob("*/pack.yml")):
        pack = read_pack(gather_files([PACKS], name), name)
        assert [k for k in pack.kinds if f"kinds/{k}.md" not in made] == []
        assert [r for r in pack.rules if f"rules/{r.replace('/rules/', '/')}.md" not in made] == []
        assert [t for t in documented(pack) if f"## {t}\n" not in made["tables.md"]] == []
        assert [p.name for p in pack.params.values() if f"## {p.name}\n" not in made["parameters.md"]] == []
        assert [one.name for one in pack.lists.values() if f"## {one.name}\n" not in made["lists.md"]] == []


def test_every_table_says_what_it_keeps() -> None:
    """A table that the engine offers is described by a sentence in cli/reference.py, not by its columns alone."""
    assert sorted(name for name in OFFERED if name not in FIXED | GOVERNANCE) == []
    hidden = {"position", "adopted", "policy_line"}
    assert sorted(name for name in FIXED | GOVERNANCE if name not in OFFERED and name not in hidden) == []


def test_every_command_has_its_entry() -> None:
    """Every command can be looked up by its name, and every deprecated name with the one that took its place."""
    said = _made()["commands.md"]
    assert len(COMMANDS) > 30
    assert [entry.name for entry in COMMANDS if f"## {entry.name}\n" not in said] == []
    assert [name for name, now in DEPRECATED.items() if f"| `{name}` | `{now}` |" not in said] == []


def test_every_refusal_code_has_its_entry() -> None:
    """Every refusal code is in the reference; no string of the source that looks like a code is missing."""
    listed = {one.code for one in codes()}
    heads = {code.split(".")[0] for code in listed}
    looks = re.compile(rf"(?:{'|'.join(sorted(heads))})(?:\.[a-z_]+)+")
    files = ("json", "sqlite", "duckdb", "pem", "yml", "sql")
    messages = {code.partition(":")[0] for code in catalogue.codes("en")} - listed
    messages |= {code.rpartition(".")[0] for code in messages}
    said = {text for path in sources() for text, _ in texts(path) if looks.fullmatch(text)} - messages
    assert sorted(one for one in said - listed if one.rsplit(".", 1)[-1] not in files) == []
    assert [code for code in listed if f"| `{code}` |" not in _made()["refusals.md"]] == []


def test_links_lead_somewhere() -> None:
    """A link to a file leads to one."""
    wrong = []
    for path in [*_written(), *sorted(REFERENCE.rglob("*.md"))]:
        targets = re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", path.read_text(encoding="utf-8"))
        inner = [target for target in targets if "://" not in target]
        wrong += [f"{shown(path)}: {target}" for target in inner if not (path.parent / target).exists()]
    assert wrong == []


def test_pages_keep_their_form() -> None:
    """One title a page, one sentence a line, at most 400 lines, no "we", and no praise of itself."""
    wrong = []
    for path in _written():
        lines = path.read_text(encoding="utf-8").splitlines()
        if len(lines) > MOST_LINES:
            wrong.append(f"{shown(path)}: {len(lines)} lines")
        prose = _prose(path)
        if [line for _, line in prose if line.startswith("# ")][1:] or not lines[0].startswith("# "):
            wrong.append(f"{shown(path)}: one title, in the first line")
        for number, line in prose:
            for what, pattern in (("we", WE), ("praise", PRAISE), ("two sentences", TWO_SENTENCES)):
                if found := pattern.search(line):
                    wrong.append(f"{shown(path)}:{number}: {what}: {found.group()}")
    assert wrong == []
