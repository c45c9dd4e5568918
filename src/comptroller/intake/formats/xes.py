"""An XES event log as one raw table: a row for each event, with its case, and all attributes as JSON objects."""

import io
import json
from collections.abc import Callable, Iterable
from functools import lru_cache

import pyarrow as pa
from lxml import etree

from comptroller.intake.columns import text_table, values_refused
from comptroller.intake.limits import USUAL, Limits
from comptroller.intake.messages import reject
from comptroller.intake.raw_table import RawTable
from comptroller.model.refusal import Refusal

COLUMNS = (
    "case_no",
    "event_no",
    "case_id",
    "activity",
    "at",
    "lifecycle",
    "role",
    "resource",
    "org_group",
    "attributes",
    "case_attributes",
)
"""`case_no` counts traces and `event_no` the events of a trace, from 1; the rest is as in the log."""
_NAMED = ("concept:name", "time:timestamp", "lifecycle:transition", "org:role", "org:resource", "org:group")
_VALUES = frozenset({"string", "date", "int", "float", "boolean", "id"})
_KINDS = _VALUES | {"list", "container"}
Attributes = dict[str, str | None]


def read_xes(payload: bytes, name: str, *, limits: Limits = USUAL) -> tuple[list[RawTable], list[Refusal]]:
    """Read a log of XES 1.0 or 2.0, with or without namespace; `line` counts events from 1.

    Attributes within attributes are named by their path (`outer/inner`). A name that occurs twice, as in lists, gets a
    prime the second time (`item`, `item'`). A document type is rejected before anything else is read.

    >>> log = b'<log><trace><event><string key="concept:name" value="pay"/></event></trace></log>'
    >>> read_xes(log, "a.xes")[0][0].table["activity"].to_pylist()
    ['pay']
    """
    place = (name, None, "")
    if b"\0" in payload:
        return [], [reject("intake.file.encoding", place, "NUL", also="")]
    if b"<!DOCTYPE" in payload or b"<!ENTITY" in payload:
        return [], [reject("intake.xml.entity", place, "<!DOCTYPE" if b"<!DOCTYPE" in payload else "<!ENTITY")]
    columns: dict[str, list[str | None]] = {column: [] for column in COLUMNS}
    try:
        refusals = _read_log(payload, columns, name, limits)
    except etree.XMLSyntaxError as fault:
        return [], [reject("intake.xml.syntax", (name, fault.lineno, ""), fault.msg)]
    except (etree.LxmlError, ValueError, LookupError, RecursionError) as fault:
        return [], [reject("intake.xml.syntax", place, fault)]
    if refusals:
        return [], refusals
    count = len(columns["at"])
    if not count:
        return [], [reject("intake.xes.log", place, "no event")]
    arrays = [pa.array(columns[column], pa.string()) for column in COLUMNS]
    table = text_table(COLUMNS, arrays, pa.array(range(1, count + 1), pa.int64()))
    refusals = values_refused(table, name, limits)
    return ([], refusals) if refusals else ([RawTable("", table, name)], [])


def _read_log(payload: bytes, columns: dict[str, list[str | None]], name: str, limits: Limits) -> list[Refusal]:
    """Add each event of each trace to the columns and return the refusals; a trace is freed once it is read."""
    place = (name, None, "")
    stream = etree.iterparse(
        io.BytesIO(payload),
        events=("start", "end"),
        tag=("{*}log", "{*}trace"),
        resolve_entities=False,
        load_dtd=False,
        no_network=True,
        dtd_validation=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    case_no, rooted = 0, False
    for moment, element in stream:
        if not rooted:
            if element.getparent() is not None or _local(element.tag) != "log":
                return [reject("intake.xes.log", place, element.tag)]
            if element.getroottree().docinfo.doctype:
                return [reject("intake.xml.entity", place, element.getroottree().docinfo.doctype)]
            rooted = True
        outer = element.getparent()
        if moment == "start" or outer is None or outer.getparent() is not None:
            continue
        case_no += 1
        _add_trace(element, case_no, columns)
        if len(columns["at"]) > limits.rows:
            return [reject("intake.rows.many", place, f"more than {limits.rows}", limit=limits.rows)]
        element.clear()
        del outer[: outer.index(element)]
    return [] if rooted else [reject("intake.xes.log", place, "no log")]


def _add_trace(trace: etree._Element, case_no: int, columns: dict[str, list[str | None]]) -> None:
    """Add a trace's events to the columns."""
    events = [child for child in trace if _local(child.tag) == "event"]
    attributes: Attributes = {}
    _collect([child for child in trace if _local(child.tag) != "event"], "", attributes)
    number, case_id, case_attributes = str(case_no), attributes.get("concept:name"), _as_json(attributes)
    add: list[Callable[[str | None], None]] = [columns[column].append for column in COLUMNS]
    for event_no, event in enumerate(events, start=1):
        own: Attributes = {}
        _collect(event, "", own)
        row = (number, str(event_no), case_id, *map(own.get, _NAMED), _as_json(own), case_attributes)
        for put, value in zip(add, row, strict=True):
            put(value)


def _collect(elements: Iterable[etree._Element], path: str, into: Attributes) -> None:
    """Add attributes, and those within them, under their paths."""
    for element in elements:
        kind, key = _local(element.tag), element.get("key")
        if key is None or kind not in _KINDS:
            if kind == "values":
                _collect(element, path, into)
            continue
        full = f"{path}/{key}" if path else key
        while full in into:
            full += "'"
        into[full] = (element.get("value") or None) if kind in _VALUES else None
        if len(element):
            _collect(element, full, into)
        if kind not in _VALUES:
            del into[full]


def _as_json(attributes: Attributes) -> str:
    return json.dumps(attributes, ensure_ascii=False, separators=(",", ":"))


@lru_cache(maxsize=1024)
def _local(tag: object) -> str:
    """Return an element's name without its namespace; '' for what is no element."""
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""
