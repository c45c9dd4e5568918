"""XES logs: events as rows, attributes by path, and nothing read from a document type."""

import gzip
import json
import os
from pathlib import Path

import pytest

from comptroller.intake.files import read_file
from comptroller.intake.formats.xes import COLUMNS, read_xes
from comptroller.intake.limits import Limits

LOG = b"""<?xml version="1.0" encoding="UTF-8"?>
<!-- a comment -->
<log xes.version="2.0" xmlns="http://www.xes-standard.org/">
  <extension name="Concept" prefix="concept" uri="http://www.xes-standard.org/concept.xesext"/>
  <global scope="event"><string key="concept:name" value="__INVALID__"/></global>
  <classifier name="Activity" keys="concept:name"/>
  <string key="concept:name" value="whole log"/>
  <trace>
    <string key="concept:name" value="case 1"/>
    <float key="Amount" value="26.850"/>
    <event>
      <string key="concept:name" value="SUBMITTED"/>
      <date key="time:timestamp" value="2017-01-09T09:49:50.000+01:00"/>
      <string key="org:role" value="EMPLOYEE"><string key="inner" value="x"/></string>
      <string key="lifecycle:transition" value="complete"/>
      <string key="empty" value=""/>
      <list key="items"><values><string key="item" value="a"/><string key="item" value="b"/></values></list>
      <container key="box"><int key="n" value="1"/></container>
    </event>
    <event/>
  </trace>
  <trace><event><string key="org:group" value="g"/><id key="org:resource" value="r"/></event></trace>
  <trace/>
</log>
"""


def refused(payload: bytes, **limits: int) -> list[str]:
    """Return the codes of the refusals."""
    raws, refusals = read_xes(payload, "a.xes", limits=Limits(**limits))
    assert raws == []
    return [one.code for one in refusals]


@pytest.mark.parametrize("payload", [LOG, LOG.replace(b' xmlns="http://www.xes-standard.org/"', b"")])
def test_events_are_rows(payload: bytes) -> None:
    """Each event is a row with its case; inner attributes are named by path; what is missing is null."""
    raws, refusals = read_xes(payload, "a.xes")
    assert refusals == []
    table = raws[0].table
    assert table.column_names == [*COLUMNS, "line"]
    first, second, third = table.to_pylist()
    assert first["case_no"] == "1"
    assert (first["case_id"], first["activity"], first["at"]) == (
        "case 1",
        "SUBMITTED",
        "2017-01-09T09:49:50.000+01:00",
    )
    assert (first["role"], first["lifecycle"], first["resource"], first["org_group"]) == (
        "EMPLOYEE",
        "complete",
        None,
        None,
    )
    assert json.loads(first["attributes"]) == {
        "concept:name": "SUBMITTED",
        "time:timestamp": "2017-01-09T09:49:50.000+01:00",
        "org:role": "EMPLOYEE",
        "org:role/inner": "x",
        "lifecycle:transition": "complete",
        "empty": None,
        "items/item": "a",
        "items/item'": "b",
        "box/n": "1",
    }
    assert json.loads(first["case_attributes"]) == {"concept:name": "case 1", "Amount": "26.850"}
    assert (second["event_no"], second["activity"], second["attributes"], second["line"]) == ("2", None, "{}", 2)
    assert (third["case_no"], third["event_no"], third["case_id"]) == ("2", "1", None)
    assert (third["org_group"], third["resource"], third["line"]) == ("g", "r", 3)


@pytest.mark.parametrize(
    ("payload", "code"),
    [
        (b'<!DOCTYPE log [<!ENTITY a "b">]><log><trace><event/></trace></log>', "intake.xml.entity"),
        (b'<!DOCTYPE log SYSTEM "http://localhost/x.dtd"><log><trace><event/></trace></log>', "intake.xml.entity"),
        (
            '<?xml version="1.0" encoding="UTF-16"?><!DOCTYPE log [<!ENTITY a "b">]><log/>'.encode("utf-16"),
            "intake.file.encoding",
        ),
        (
            b'<?xml version="1.0" encoding="UTF-7"?>+ADwAIQ-DOCTYPE log+AD4-<log><trace><event/></trace></log>',
            "intake.xml.entity",
        ),
        (b"<log><trace>&undefined;<event/></trace></log>", "intake.xml.syntax"),
        (b"<log><trace><event></trace></log>", "intake.xml.syntax"),
        (b"<log><trace><event/></trace>", "intake.xml.syntax"),
        (b"not xml", "intake.xml.syntax"),
        (b"<log/>", "intake.xes.log"),
        (b"<other><log><trace><event/></trace></log></other>", "intake.xes.log"),
        (b"<other/>", "intake.xes.log"),
    ],
)
def test_refusals(payload: bytes, code: str) -> None:
    """Document types, entities, broken XML and other XML are rejected by name."""
    assert refused(payload) == [code]


def test_limits() -> None:
    """Too many events and values that are too long are rejected."""
    assert refused(LOG, rows=2) == ["intake.rows.many"]
    assert "intake.cell.long" in refused(LOG, cell_chars=20)


def test_inner_logs_are_no_traces() -> None:
    """Only traces right beneath the log are cases."""
    raws, _ = read_xes(b"<log><x><trace><event/></trace></x><trace><event/></trace></log>", "a.xes")
    assert raws[0].table["case_no"].to_pylist() == ["1"]


def test_real_logs() -> None:
    """The public approval-to-payment logs are read whole: cases as their description counts them."""
    here = Path(__file__).resolve().parents[2]
    folder = Path(os.environ.get("COMPTROLLER_DATA", here.parent / "shared" / "data")) / "bpic2020"
    if not folder.is_dir():
        pytest.skip("the folder bpic2020 of real logs is not here")
    for name, cases in {"DomesticDeclarations": 10_357, "RequestForPayment": 6_760, "PrepaidTravelCost": 2_007}.items():
        payload = (folder / f"{name}.xes.gz").read_bytes()
        assert payload.startswith(gzip.compress(b"")[:2])
        raws, refusals = read_file(payload, "xes", f"{name}.xes.gz")
        assert refusals == []
        assert raws[0].table["case_no"][-1].as_py() == str(cases)
        assert raws[0].table["at"].null_count == 0
