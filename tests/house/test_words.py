"""The engine knows no field word: no authority, no law, no threshold; packs hold no Python; no file names a machine."""

import ast
import re
from collections.abc import Iterator

from comptroller.packs import gather_files, read_pack
from tests.house.source import PACKS, REPOSITORY, files, parsed, shown, sources

AUTHORITIES = (
    "国务院|国资委|财政部|审计署|审计局|发展改革委|发改委|证监会|人民银行|税务总局|纪委|监委|监察委|巡视组|巡察组|人民政府"
    "|SASAC|State Council|Ministry of|National Audit Office|People's Bank|Central Commission"
)
LAWS = (
    r"第\s*[0-9一二三四五六七八九十百]+\s*(?:号|条)|国资[发委]|国办发|国发〔|中办发|财[企资]〔|公司法|招标投标法|企业国有资产法|民法典"
    r"|Company Law|Tendering and Bidding Law|Civil Code|Decree No|Order No\."
)
FIELD_WORDS = re.compile(f"{AUTHORITIES}|{LAWS}")
THRESHOLD_UNITS = ("CNY",)
LEAST_THRESHOLD = 1_000
PLAIN_NUMBERS = {1_000, 2_000, 10_000, 50_000, 100_000, 200_000, 1_000_000, 10_000_000, 100_000_000}
"""Round numbers bound rows, bytes and steps as well: they are no sign of a threshold."""
MACHINE = re.compile(
    r"/(?:root|home/[a-z]|opt|Users)/|/work/(?:main|shared)|[\w.+-]+@(?!example\.)[\w-]+\.(?:com|org|net|cn|dev|io)\b"
    r"|\b(?:\d{1,3}\.){3}\d{1,3}:\d+\b"
)


def test_the_engine_knows_no_authority_and_no_law() -> None:
    """Authorities and laws are named in packs; source, comments and docstrings do not know them."""
    found = []
    for path in sources():
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            found += [f"{shown(path)}:{number}: {word}" for word in FIELD_WORDS.findall(line)]
    assert found == []


def test_the_engine_knows_no_threshold() -> None:
    """No number of the source is an amount of a pack's parameter."""
    amounts = _amounts() - PLAIN_NUMBERS
    assert amounts, "the walls look at something"
    found = [f"{place}: {value}" for place, value in _numbers() if value in amounts]
    assert found == []


def _amounts() -> set[float]:
    """Return every amount of money in a parameter of a pack."""
    found: set[float] = set()
    for name in sorted(p.parent.name for p in PACKS.glob("*/pack.yml")):
        params = read_pack(gather_files([PACKS], name), name).params.values()
        found |= {v.value for p in params if p.unit in THRESHOLD_UNITS for v in p.values if v.value >= LEAST_THRESHOLD}
    return found


def _numbers() -> Iterator[tuple[str, float]]:
    """Yield every number of the source with its place."""
    for path in sources():
        for node in ast.walk(parsed(path)):
            if (
                isinstance(node, ast.Constant)
                and isinstance(node.value, int | float)
                and not isinstance(node.value, bool)
            ):
                yield f"{shown(path)}:{node.lineno}", node.value


def test_packs_hold_no_python() -> None:
    """What a jurist cannot read does not lie in a pack."""
    assert [shown(p) for p in PACKS.rglob("*.py")] == []


def test_no_file_names_a_machine_or_a_person() -> None:
    """No file has a path of one machine, an address of a host, or a mailbox."""
    endings = (".py", ".yml", ".sql", ".md", ".toml", ".txt", ".lock", ".sh", ".svg")
    every = files("src", "packs", "tests", "bench", "examples", "docs", "changelog.d", "packaging", endings=endings)
    every += [p for p in REPOSITORY.iterdir() if p.is_file() and (p.suffix in endings or p.name == "Makefile")]
    found = []
    for path in sorted(every):
        if shown(path) == "tests/house/test_words.py":
            continue
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            found += [f"{shown(path)}:{number}: {one.group()}" for one in MACHINE.finditer(line)]
    assert found == []
