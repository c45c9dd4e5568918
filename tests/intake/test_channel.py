"""Every kind, in every spelling and every medium, is accepted from the channels that its file names and from no other."""

import gzip
import io
import json
import zipfile
from dataclasses import replace
from functools import lru_cache
from itertools import product

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import xlsxwriter

from comptroller.intake.batch import gather, read_ahead
from comptroller.intake.channel import check_channels, check_names, may_report
from comptroller.intake.limits import USUAL
from comptroller.model.channel import CONSOLE, DECLARED, ENGINE, OPERATOR, PUBLIC, REPORTER
from comptroller.model.report import Report
from comptroller.packs import gather_files, read_pack
from tests.worlds import PACKS

CHANNELS = (*DECLARED, OPERATOR)
NAMES = ("cn-cases", "sample-city")


@lru_cache(maxsize=1)
def every_kind():
    """Return the kinds of all packs that ship, by name."""
    found = {}
    for name in NAMES:
        found |= read_pack(gather_files([PACKS], name), name).kinds
    return found


def spellings(kind):
    """Return the spellings of a kind's name: name and title, also in other cases."""
    plain = (kind.name, kind.title.zh, kind.title.en)
    return list(dict.fromkeys((*plain, kind.name.upper(), kind.name.title(), kind.title.en.swapcase())))


def row_of(kind):
    """Return a row with columns of the kind."""
    return dict.fromkeys(dict.fromkeys((*kind.key, *kind.books)), "1")


def workbook(sheet, row):
    """Return a workbook of one sheet."""
    held = io.BytesIO()
    with xlsxwriter.Workbook(held, {"in_memory": True}) as book:
        page = book.add_worksheet(sheet)
        page.write_row(0, 0, list(row))
        page.write_row(1, 0, list(row.values()))
    return held.getvalue()


def packed(name, payload):
    """Return an archive of one member."""
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as box:
        box.writestr(name, payload)
    return held.getvalue()


def in_every_medium(said, row):
    """Yield (form, payload, medium, kind beside the file, mapping) of a row with its kind named so."""
    text, sheet = json.dumps(row), f"{','.join(row)}\n{','.join(row.values())}\n".encode()
    escaped = json.dumps("".join(f"\\u{ord(c):04x}" for c in said)).replace("\\\\", "\\")
    table = io.BytesIO()
    pq.write_table(pa.table({name: [value] for name, value in row.items()}), table)
    yield "one object", f'{{"kind": {json.dumps(said)}, "facts": [{text}]}}'.encode(), "json", "", ""
    yield "escaped", f'{{"kind": {escaped}, "facts": [{text}]}}'.encode(), "json", "", ""
    yield "by kind", f'{{"facts": {{{json.dumps(said)}: [{text}]}}}}'.encode(), "json", "", ""
    yield "each its own", json.dumps([{"kind": said, **row}]).encode(), "json", "", ""
    yield "utf-16", f'{{"kind": {json.dumps(said)}, "facts": [{text}]}}'.encode("utf-16"), "json", "", ""
    yield "beside json", f"[{text}]".encode(), "json", said, ""
    yield "lines", json.dumps({"kind": said, **row}).encode() + b"\n", "ndjson", "", ""
    yield "csv", sheet, "csv", said, ""
    yield "csv, packed", gzip.compress(sheet), "csv", said, ""
    yield "parquet", table.getvalue(), "parquet", said, ""
    yield "workbook beside", workbook("Sheet1", row), "xlsx", said, ""
    yield "archive beside", packed("facts.csv", sheet), "zip", said, ""
    if len(said) <= 31 and not set(said) & set("[]:*?/\\'"):
        yield "sheet", workbook(said, row), "xlsx", "", ""
    if "/" not in said:
        yield "member", packed(f"{said}.csv", sheet), "zip", "", ""


def decided(kinds, form, said):
    """Return the channels that reject a report in that form, and whether it could not be read."""
    _, payload, media, beside, mapping = form
    report = read_ahead(Report(payload, media, "r", "A", beside, mapping))
    raws, refused, _ = gather([report], kinds, USUAL)
    rejected = set()
    for channel in CHANNELS:
        left, barred = check_channels(kinds, [replace(report, channel=channel)], raws)
        assert bool(left) != bool(barred or refused), (said, form[0], channel)
        rejected |= {channel} if barred else set()
    return rejected, bool(refused)


def test_every_kind_is_held_to_its_file():
    """No spelling and no medium changes the channels of a kind; a report that names no kind is rejected."""
    kinds = {name: kind for name, kind in every_kind().items() if not kind.is_made}
    seen = 0
    for kind in kinds.values():
        allowed = {*kind.reported_by, OPERATOR}
        for said in spellings(kind):
            for form in in_every_medium(said, row_of(kind)):
                barred, unread = decided(kinds, form, said)
                if not unread:
                    assert barred == set(CHANNELS) - allowed, (said, form[0])
                    seen += 1
    assert seen > 10 * len(kinds), "most spellings are read in most media"


def test_a_mapping_is_held_as_a_file():
    """Rows from a mapping are rejected like rows that were sent as such."""
    kinds = every_kind()
    for kind in (kinds["case_step"], kinds["payment"]):
        row = row_of(kind)
        text = f"-- kind: {kind.name}\nSELECT {', '.join(row)} FROM raw"
        form = ("mapping", f"{','.join(row)}\n{','.join(row.values())}\n".encode(), "csv", "", text)
        barred, unread = decided(kinds, form, kind.name)
        assert (barred, unread) == (set(CHANNELS) - {*kind.reported_by, OPERATOR}, False), kind.name


def test_what_the_engine_makes_comes_from_nowhere():
    """A kind with rows made by the engine is accepted from no channel, the operator's included."""
    made = [kind for kind in every_kind().values() if kind.is_made]
    assert made
    for kind, channel in product(made, (CONSOLE, REPORTER, PUBLIC, OPERATOR)):
        assert not may_report(kind, channel), kind.name


def test_officers_lines_and_offices_are_for_the_console():
    """A kind with an officer, a line or an office is open to no reporter, but for an entity's own answers and decisions."""
    open_ = {
        name
        for name, kind in every_kind().items()
        if REPORTER in kind.reported_by and {"by", "by_line", "office", "granted_by"} & set(kind.columns)
    }
    assert open_ == {"enterprise_answer", "decision"}


def test_one_kind_too_many_rejects_the_whole_report():
    """A report that hides a step among payments is rejected for that alone, and nothing of it is looked at further."""
    kinds = every_kind()
    body = {"facts": {"payment": [{"nonsense": 1}], "Case_Step": [row_of(kinds["case_step"])]}}
    report = Report(json.dumps(body).encode(), "json", "r.json", "A")
    raws, *_ = gather([report], kinds, USUAL)
    left, barred = check_channels(kinds, [report], raws)
    assert left == {}
    assert [(one.code, one.file, one.seen) for one in barred[0]] == [("desk.kind", "r.json", "case_step")]


@pytest.mark.parametrize(
    ("channel", "login", "approver", "fields"),
    [
        (CONSOLE, "ann", "", []),
        (CONSOLE, "eve", "", ["case_step.by"]),
        (CONSOLE, "", "", ["case_step.by"]),
        (CONSOLE, "ann", "bob", []),
        (PUBLIC, "", "", ["case_step.by"]),
        (OPERATOR, "", "", []),
        (ENGINE, "", "", []),
    ],
)
def test_an_act_is_in_the_name_of_who_is_signed_in(channel, login, approver, fields):
    """`by` and `approved_by` must name a user of the report's own; the operator may transfer acts of others."""
    row = {"report": [0], "line": [1], "by": ["ann"], "approved_by": [approver or None]}
    report = Report(b"", "json", "r", "A", channel=channel, login=login, approver=approver)
    found = list(check_names(every_kind(), [report], {"case_step": pa.table(row)}))
    assert [one.field for _, one in found] == fields
    row["approved_by"] = ["mallory"]
    found = list(check_names(every_kind(), [report], {"case_step": pa.table(row)}))
    assert ("case_step.approved_by" in [one.field for _, one in found]) == (channel in (CONSOLE, PUBLIC))
