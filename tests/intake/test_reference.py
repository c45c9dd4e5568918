"""JSON Schema and reference page: made from the kind, complete, and true of every kind that ships."""

import json
from pathlib import Path

from comptroller.intake.reference import json_schema, reference_page
from comptroller.intake.templates import template_csv, template_xlsx
from comptroller.model.kind import Check, Field, Kind
from comptroller.model.refusal import Text
from comptroller.packs import gather_files, read_pack

LINES = Kind(
    "statement_lines",
    Text("项目", "Lines"),
    Text("", ""),
    ("statement", "item"),
    (),
    {},
    (
        Field("statement", "code", Text("报表", "Statement"), required=True),
        Field("item", "code", Text("科目", "Item"), required=True),
    ),
    parent="statement",
    carries=("statement",),
)
KIND = Kind(
    name="statement",
    title=Text("报表", "Statement"),
    about=Text("一期报表", "Figures of a period"),
    key=("statement",),
    books=("entity",),
    valid={"on": "period_end"},
    fields=(
        Field("statement", "code", Text("报表", "Statement"), required=True),
        Field("period_end", "day", Text("期末", "Period end"), required=True),
        Field("uscc", "code", Text("代码 | 证", "Code | of"), identifier="cn.uscc"),
        Field("scope", "choice", Text("口径", "Scope"), choices={"all": Text("合并", "Consolidated")}),
        Field("total", "money", Text("合计", "Total"), currency="CNY"),
    ),
    checks=(Check("positive", "total > 0", Text("为正", "positive"), Text("改正", "Mend it.")),),
    lists=(LINES,),
    reported={"by": Text("财务", "Finance"), "within_days": 5, "unit": "working"},
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
