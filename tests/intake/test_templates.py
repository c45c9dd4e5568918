"""Templates: what is filled into one is read back as it was meant, and nothing in it runs as a formula."""

import datetime as dt
import io
import zipfile
from decimal import Decimal

import pytest
from hypothesis import given, settings, strategies as st

from comptroller.intake.formats.csv import read_csv
from comptroller.intake.formats.xlsx import read_xlsx
from comptroller.intake.templates import labels, template_csv, template_xlsx
from comptroller.model.kind import Field, Kind
from comptroller.model.text import Text

VOTES = Kind(
    name="decision_votes",
    title=Text(zh="表决", en="Votes"),
    about=Text(zh="", en=""),
    key=("decision", "person"),
    books=(),
    valid={},
    fields=(
        Field("decision", "code", Text(zh="决策编号", en="Decision"), required=True),
        Field("person", "person", Text(zh="人员", en="Person"), required=True),
        Field(
            "vote",
            "choice",
            Text(zh="表决", en="Vote"),
            choices={"yes": Text(zh="赞成", en="For"), "no": Text(zh="反对", en="Against")},
        ),
    ),
    parent="decision",
    carries=("decision",),
)
KIND = Kind(
    name="decision",
    title=Text(zh="决策", en="Decision"),
    about=Text(zh="=关于决策", en="=What was decided"),
    key=("decision",),
    books=("entity",),
    valid={"on": "decided_on"},
    fields=(
        Field("decision", "code", Text(zh="决策编号", en="Decision"), required=True),
        Field("entity", "entity", Text(zh="企业", en="Entity"), required=True),
        Field("amount", "money", Text(zh="金额", en="Amount"), currency="CNY"),
        Field("decided_on", "day", Text(zh="日期", en="Decided on")),
        Field("decided_at", "instant", Text(zh="时刻", en="Decided at")),
        Field("final", "flag", Text(zh="终审", en="Final")),
        Field("share_pct", "share", Text(zh="比例", en="Share"), unit="percent"),
        Field("seats", "integer", Text(zh="人数", en="Number")),
        Field("present", "integer", Text(zh="到会", en="number")),
        Field("note", "text", Text(zh="=备注", en="=NOTE()")),
        Field(
            "body",
            "choice",
            Text(zh="机构", en="Body"),
            choices={
                f"b{n}": Text(zh=f"第{n}个很长的机构名称", en=f"A body with a long name, number {n}") for n in range(40)
            },
        ),
    ),
    lists=(VOTES,),
)
TEXTS = st.text(st.characters(exclude_categories=["C", "Z"]), min_size=1, max_size=8).filter(
    lambda text: text[0] not in "=@+-#"
)
ROW = st.fixed_dictionaries(
    {"decision": TEXTS},
    optional={
        "entity": st.from_regex(r"[0-9A-Z]{18}", fullmatch=True),
        "amount": st.decimals(-(10**10), 10**10, places=4, allow_nan=False),
        "decided_on": st.dates(dt.date(1900, 3, 1), dt.date(2999, 12, 31)),
        "decided_at": st.datetimes(dt.datetime(2000, 1, 1), dt.datetime(2099, 1, 1)),
        "final": st.booleans(),
        "share_pct": st.decimals(0, 100, places=6, allow_nan=False),
        "seats": st.integers(0, 10**17),
        "note": TEXTS,
        "body": st.sampled_from([text.en for text in KIND.field("body").choices.values()]),
    },
)


def as_read(value: object) -> object:
    """Return the text of a value."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Decimal):
        text = format(value, "f").rstrip("0").rstrip(".")
        return "0" if text in {"-0", ""} else text
    return value.isoformat() if isinstance(value, dt.date) else str(value)


@given(
    rows=st.lists(ROW, min_size=1, max_size=4),
    votes=st.lists(st.fixed_dictionaries({"decision": TEXTS, "person": TEXTS}), max_size=3),
    language=st.sampled_from(["zh", "en"]),
)
@settings(max_examples=60, deadline=None)
def test_filled_in_and_read_back(rows: list[dict[str, object]], votes: list[dict[str, object]], language: str) -> None:
    """A filled template is read back field by field, nested lists included, in both languages."""
    payload = template_xlsx(KIND, language, {"decision": rows, "decision_votes": votes})
    raws, refusals = read_xlsx(payload, "a.xlsx")
    assert refusals == []
    assert [raw.kind for raw in raws] == ["decision", *(["decision_votes"] if votes else [])]
    for raw, kind, given_rows in zip(raws, (KIND, VOTES), (rows, votes), strict=False):
        label = dict(zip([f.name for f in kind.fields], labels(kind, language), strict=True))
        read = [
            {k: v for k, v in row.items() if v is not None and k not in ("line", "day_cells")}
            for row in raw.table.to_pylist()
        ]
        assert read == [{label[name]: as_read(value) for name, value in row.items()} for row in given_rows]


@pytest.mark.parametrize("language", ["zh", "en"])
def test_blank_template(language: str) -> None:
    """A blank template is rejected as empty; the same kind always results in the same bytes."""
    payload = template_xlsx(KIND, language)
    raws, refusals = read_xlsx(payload, "a.xlsx")
    assert raws == []
    assert [one.code for one in refusals] == ["intake.file.empty"]
    assert payload == template_xlsx(KIND, language)


def test_nothing_runs() -> None:
    """Texts that begin like formulas are texts: in labels, in help, in rows."""
    payload = template_xlsx(KIND, "en", {"decision": [{"decision": "=1+1", "note": "@SUM(A1)"}]})
    with zipfile.ZipFile(io.BytesIO(payload)) as archive:
        sheets = [archive.read(name) for name in archive.namelist() if name.startswith("xl/worksheets/sheet")]
    assert len(sheets) == 4
    assert not any(b"<f>" in sheet or b"<f " in sheet for sheet in sheets)
    assert {one.code for one in read_xlsx(payload, "a.xlsx")[1]} == {"intake.cell.formula"}


def test_labels_tell_fields_apart() -> None:
    """A label that two fields share is replaced by the fields' names."""
    assert labels(KIND, "en")[7:9] == ["seats", "present"]
    assert labels(KIND, "zh")[7:9] == ["人数", "到会"]


def test_csv() -> None:
    """The CSV template has the field names; filled in, it is read back."""
    payload = template_csv(KIND)
    assert payload.startswith(b"\xef\xbb\xbfdecision,entity,amount,")
    raws, refusals = read_csv(payload + b"D1" + b"," * 10 + b"\r\n", "a.csv")
    assert refusals == []
    assert raws[0].table.column_names == [*(one.name for one in KIND.fields), "line"]
