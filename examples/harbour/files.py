"""Reports as files: what each reporter sends at one time, in that reporter's form.

The same world makes the same bytes: no clock is read, archives and workbooks have a fixed date.
"""

import csv
import datetime as dt
import io
import json
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import xlsxwriter

from comptroller.model.channel import OPERATOR, REPORTER
from comptroller.model.kind import Kind
from examples.harbour.book import Row, Said
from examples.harbour.register import CITY, OWNER, PORT

Facts = dict[str, list[Row]]
NESTED = frozenset({"decision", "statement"})
"""Kinds that hold lists, and go as JSON."""
_MADE = dt.datetime(2024, 1, 1)


@dataclass(frozen=True, slots=True)
class File:
    """One report: when it arrives, its file, its sender ('' where the name has it), the kind of its rows, and
    its channel.
    """

    arrives: dt.datetime
    name: str
    payload: bytes
    reporter: str
    kind: str = ""
    channel: str = REPORTER


def reports_of(reported: Sequence[Said], kinds: dict[str, Kind]) -> list[File]:
    """Return all reports in the order of arrival; the facts of one reporter at one time are one report, or a few."""
    groups: dict[tuple[dt.datetime, str, str], Facts] = {}
    for fact in reported:
        batch_facts = groups.setdefault((fact.arrives, fact.reporter, fact.batch), {})
        batch_facts.setdefault(fact.kind, []).append(fact.row)
    files: list[File] = []
    for (arrives, reporter, batch), facts in sorted(groups.items(), key=lambda group: group[0]):
        regular = len(batch) == len("2024-01")
        send = _SENDERS.get(reporter, _json) if regular else _owner if reporter == OWNER else _json
        is_reported = all(REPORTER in kinds[fact].reported_by for fact in facts)
        channel = REPORTER if is_reported else OPERATOR
        for name, payload, kind in send(f"{reporter}_{batch}", facts, kinds):
            said_by = "" if name.endswith(".zip") else reporter
            files.append(File(arrives, name, payload, said_by, kind, channel))
    return sorted(files, key=lambda f: (f.arrives, f.name))


Sent = list[tuple[str, bytes, str]]
"""Files of one sending: name, bytes, and the kind of rows that do not name it."""


def _json(stem: str, facts: Facts, kinds: dict[str, Kind]) -> Sent:  # noqa: ARG001 - one form for all senders
    """Send an envelope with a list for each kind."""
    return [(f"{stem}.json", _envelope(facts), "")]


def _ndjson(stem: str, facts: Facts, kinds: dict[str, Kind]) -> Sent:
    """Send payments a line each, the rest in an envelope."""
    lines = "".join(
        json.dumps({"kind": "payment"} | row, ensure_ascii=False) + "\n" for row in facts.get("payment", [])
    )
    return (
        [(f"{stem}_payment.ndjson", lines.encode(), ""), *_json(stem, _but(facts, {"payment"}), kinds)]
        if lines
        else _json(stem, facts, kinds)
    )


def _gb18030(stem: str, facts: Facts, kinds: dict[str, Kind]) -> Sent:
    """Send payments as an old treasury system exports them: a CSV in GB18030 with Chinese headers."""
    if "payment" not in facts:
        return _json(stem, facts, kinds)
    text = _csv(facts["payment"], kinds["payment"], labels=True).encode("gb18030")
    return [(f"{stem}_payment.csv", text, "payment"), *_rest(stem, facts, {"payment"}, kinds)]


def _workbook(stem: str, facts: Facts, kinds: dict[str, Kind]) -> Sent:
    """Send one workbook with a sheet for each kind, and what holds lists in an envelope."""
    flat = {kind: rows for kind, rows in facts.items() if kind not in NESTED}
    return [(f"{stem}.xlsx", _xlsx(flat, kinds), ""), *_rest(stem, facts, set(flat), kinds)]


def _zip_of_csv(stem: str, facts: Facts, kinds: dict[str, Kind]) -> Sent:
    """Send an archive of one file for each kind."""
    members = {f"{kind}.csv": _csv(rows, kinds[kind]).encode() for kind, rows in facts.items() if kind not in NESTED}
    members |= {f"{kind}.json": _envelope({kind: facts[kind]}) for kind in sorted(NESTED & set(facts))}
    return [(f"{stem}.zip", _zip(members), "")]


def _zip_of_xlsx(stem: str, facts: Facts, kinds: dict[str, Kind]) -> Sent:
    """Send an archive of a workbook, and what holds lists in an envelope."""
    flat = {kind: rows for kind, rows in facts.items() if kind not in NESTED}
    members = {"报表.xlsx": _xlsx(flat, kinds)} if flat else {}
    members |= {f"{kind}.json": _envelope({kind: facts[kind]}) for kind in sorted(NESTED & set(facts))}
    return [(f"{stem}.zip", _zip(members), "")]


def _owner(stem: str, facts: Facts, kinds: dict[str, Kind]) -> Sent:
    """Send the owner's own: stakes as CSV, the calendar of what is due as a workbook, the rest in an envelope."""
    files: Sent = []
    if "stake" in facts:
        files.append((f"{stem}_stake.csv", _csv(facts["stake"], kinds["stake"]).encode("utf-8-sig"), "stake"))
    if "report_due" in facts:
        files.append((f"{stem}_report_due.xlsx", _xlsx({"report_due": facts["report_due"]}, kinds), ""))
    return files + _rest(stem, facts, {"stake", "report_due"}, kinds)


_SENDERS: dict[str, Callable[[str, Facts, dict[str, Kind]], Sent]] = {
    PORT: _zip_of_csv,
    CITY: _zip_of_xlsx,
    "HB0003": _ndjson,
    "HB0004": _workbook,
    "CJ0005": _gb18030,
}


def _rest(stem: str, facts: Facts, sent: set[str], kinds: dict[str, Kind]) -> Sent:
    left = _but(facts, sent)
    return _json(stem, left, kinds) if left else []


def _but(facts: Facts, sent: set[str]) -> Facts:
    return {kind: rows for kind, rows in facts.items() if kind not in sent}


def _envelope(facts: Facts) -> bytes:
    return json.dumps({"facts": facts}, ensure_ascii=False, separators=(",", ":")).encode()


def _columns(rows: Sequence[Row], kind: Kind) -> list[str]:
    """Return the names that some row has, in the order of the kind's fields; `act` last."""
    used = {name for row in rows for name in row}
    return [f.name for f in kind.fields if f.name in used] + (["act"] if "act" in used else [])


def _labels(kind: Kind) -> dict[str, str]:
    return {f.name: f.title.zh for f in kind.fields}


def _cell(value: Any) -> Any:
    return {True: "是", False: "否", None: ""}.get(value, value) if isinstance(value, (bool, type(None))) else value


def _csv(rows: Sequence[Row], kind: Kind, *, labels: bool = False) -> str:
    columns, stream = _columns(rows, kind), io.StringIO()
    write = csv.writer(stream, lineterminator="\r\n")
    names = _labels(kind) if labels else {}
    write.writerow([names.get(name, name) for name in columns])
    write.writerows([_cell(row.get(name)) for name in columns] for row in rows)
    return stream.getvalue()


def _xlsx(facts: Facts, kinds: dict[str, Kind]) -> bytes:
    """Return a workbook as the templates are: a sheet a kind, Chinese labels, a star where a value is required."""
    stream = io.BytesIO()
    book = xlsxwriter.Workbook(stream, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    book.set_properties({"created": _MADE})
    bold = book.add_format({"bold": True})
    for name, rows in facts.items():
        kind, sheet = kinds[name], book.add_worksheet(name)
        columns, names = _columns(rows, kind), _labels(kind)
        required = {f.name for f in kind.fields if f.required}
        sheet.write_row(0, 0, [names.get(c, c) + ("*" if c in required else "") for c in columns], bold)
        for line, row in enumerate(rows, start=1):
            sheet.write_row(line, 0, [_cell(row.get(c)) for c in columns])
    book.close()
    return stream.getvalue()


def _zip(members: dict[str, bytes]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, payload in members.items():
            archive.writestr(zipfile.ZipInfo(name, _MADE.timetuple()[:6]), payload, zipfile.ZIP_DEFLATED)
    return stream.getvalue()
