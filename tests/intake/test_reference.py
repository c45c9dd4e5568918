"""JSON Schema and reference page: made from the kind, complete, and true of every kind that ships."""

import json
from pathlib import Path

from comptroller.intake.reference import json_schema, reference_page
from comptroller.intake.templates import template_csv, template_xlsx
from comptroller.model.kind import Check, Field, Kind
from comptroller.model.text import Text
from comptroller.packs import gather_files, read_pack

LINES = Kind(
    "statement_lines",
    Text(zh="项目", en="Lines"),
    Text(zh="", en=""),
    ("statement", "item"),
    (),
    {},
    (
        Field("statement", "code", Text(zh="报表", en="Statement"), required=True),
        Field("item", "code", Text(zh="科目", en="Item"), required=True),
    ),
    parent="statement",
    carries=("statement",),
)
KIND = Kind(
    name="statement",
    title=Text(zh="报表", en="Statement"),
    about=Text(zh="一期报表", en="Figures of a period"),
    key=("statement",),
    books=("entity",),
    valid={"on": "period_end"},
    fields=(
        Field("statement", "code", Text(zh="报表", en="Statement"), required=True),
        Field("period_end", "day", Text(zh="期末", en="Period end"), required=True),
        Field("uscc", "code", Text(zh="代码 | 证", en="Code | of"), identifier="cn.uscc"),
        Field("scope", "choice", Text(zh="口径", en="Scope"), choices={"all": Text(zh="合并", en="Consolidated")}),
        Field("total", "money", Text(zh="合计", en="Total"), currency="CNY"),
    ),
    checks=(Check("positive", "total > 0", Text(zh="为正", en="positive"), Text(zh="改正", en="Mend it.")),),
    lists=(LINES,),
    reported={"by": Text(zh="财务", en="Finance"), "within_days": 5, "unit": "working"},
    source="base/kinds/statement",
)


def test_schema() -> None:
    """The schema holds every field, the nested list without what it carries, and what a fact may do."""
    schema = json_schema(KIND)
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert schema["required"] == ["statement", "period_end"]
    assert schema["additionalProperties"] is False
    assert list(schema["properties"]) == ["statement", "period_end", "uscc", "scope", "total", "lines", "act"]
    assert schema["properties"]["scope"]["enum"] == ["all", "合并", "Consolidated", None]
    assert schema["properties"]["total"]["type"] == ["number", "string", "null"]
    assert schema["properties"]["lines"]["items"]["required"] == ["item"]
    assert list(schema["properties"]["lines"]["items"]["properties"]) == ["item"]
    json.dumps(schema)


def test_page() -> None:
    """The page names the key, the books, the time, the reporter, each field, each list and each check."""
    page = reference_page(KIND)
    for part in (
        "# statement: Statement (报表)",
        "`period_end`",
        "within 5 working",
        "lines: Lines",
        "`positive`",
        "Code \\| of",
        "cn.uscc",
    ):
        assert part in page, part
    assert page.count("\n| `") == len(KIND.fields) + len(LINES.fields)


def test_kinds_that_ship() -> None:
    """Each kind of the base pack has its templates, schema and page."""
    root = Path(__file__).resolve().parents[2] / "packs"
    kinds = read_pack(gather_files([root], "base"), "base").kinds
    assert kinds
    for kind in kinds.values():
        assert template_csv(kind).count(b",") == len(kind.fields) - 1
        assert template_xlsx(kind, "zh").startswith(b"PK")
        json.dumps(json_schema(kind))
        assert kind.title.zh in reference_page(kind)
