"""Statements of owners and consolidation records through their mappings: small files made by published schemas."""

import csv
import io
import json
import os
from pathlib import Path
from typing import Any

import pytest

from comptroller import engine
from tests.examples.conftest import Read

DATA = Path(os.environ.get("COMPTROLLER_DATA", Path(__file__).parents[3] / "shared" / "data"))
A, B, C = "213800QILIUD4ROSUO03", "5493001KJTIIGC8Y1R12", "529900T8BM49AURSDO55"
Json = dict[str, Any]


def statement(record: str, kind: str, day: str, details: Json, status: str = "new") -> Json:
    """Return one statement about a record."""
    return {
        "statementId": f"{record}-{day}",
        "declarationSubject": record,
        "statementDate": day,
        "recordId": record,
        "recordType": kind,
        "recordStatus": status,
        "recordDetails": {"isComponent": False, **details},
    }


def entity(record: str, kind: str = "registeredEntity") -> Json:
    """Return a statement about an entity."""
    return statement(record, "entity", "2020-01-01", {"entityType": {"type": kind}, "name": f"Name of {record}"})


def person(record: str, kind: str = "knownPerson") -> Json:
    """Return a statement about a person."""
    return statement(record, "person", "2020-01-01", {"personType": kind, "names": [{"fullName": f"Name of {record}"}]})


def tie(record: str, party: Any, subject: str, *interests: Json, day: str = "2020-01-01", status: str = "new") -> Json:
    """Return a statement about a relationship."""
    details = {"subject": subject, "interestedParty": party, "interests": list(interests)}
    return statement(record, "relationship", day, details, status)


def held(share: Json | None = None, kind: str = "shareholding", way: str = "direct", **dates: str) -> Json:
    """Return an interest."""
    return {"type": kind, "directOrIndirect": way, **({"share": share} if share else {}), **dates}


def stakes(worker: engine.Engine) -> list[tuple[str, ...]]:
    """Return the stakes as text: holder, entity, share, bounds, period."""
    sql = "SELECT holder, entity, share_pct, share_low_pct, share_high_pct, valid_from, valid_until FROM stake ORDER BY ALL"
    return [tuple("" if cell is None else str(cell) for cell in row) for row in worker.duck.rows(sql)]


def test_shares_are_exact_or_bounds(read: Read) -> None:
    """What is exact stays exact, bounds stay bounds, an excluded bound lies a millionth beyond, and no share stays open."""
    said = [
        *(entity(e) for e in ("e1", "e2", "e3", "e4", "e5")),
        person("p"),
        tie("r1", "p", "e1", held({"exact": 25.5}, startDate="2019-05-01")),
        tie("r2", "p", "e2", held({"minimum": 25, "maximum": 50})),
        tie("r3", "p", "e3", held({"exclusiveMinimum": 50, "exclusiveMaximum": 75})),
        tie("r4", "p", "e4", held()),
        tie("r5", "p", "e5", held({"exact": 30}), held({"exact": 25})),
    ]
    worker = read("a.json", json.dumps(said).encode(), "bods_statements.sql")
    assert stakes(worker) == [
        ("p", "e1", "25.500000", "", "", "2019-05-01", ""),
        ("p", "e2", "", "25.000000", "50.000000", "2020-01-01", ""),
        ("p", "e3", "", "50.000001", "74.999999", "2020-01-01", ""),
        ("p", "e4", "", "", "", "2020-01-01", ""),
        ("p", "e5", "55.000000", "", "", "2020-01-01", ""),
    ]
    assert worker.duck.rows("SELECT entity FROM controls WHERE owner = 'p' ORDER BY 1") == [("e3",), ("e5",)]
    sql = "SELECT low_pct, share_pct, high_pct, gap_pct FROM effective_share WHERE owner = 'p' AND entity = 'e2'"
    assert [tuple(map(str, row)) for row in worker.duck.rows(sql)] == [
        ("25.000000", "37.500000", "50.000000", "62.500000")
    ]
    assert worker.duck.rows("SELECT entity FROM stake_issue WHERE issue = 'unsized'") == [("e4",)]
    assert worker.duck.rows("SELECT name, form FROM entity WHERE entity = 'p'") == [("Name of p", "natural_person")]


def test_who_is_not_named_is_the_gap(read: Read) -> None:
    """No record, an anonymous person, an unknown entity without an owner: no other party gets their shares."""
    said = [
        *(entity(e) for e in ("e1", "e2", "e3")),
        entity("u1", "unknownEntity"),
        entity("u2", "unknownEntity"),
        person("p"),
        person("a", "anonymousPerson"),
        tie("r1", {"reason": "interestedPartyExemptFromDisclosure"}, "e1", held({"exact": 60})),
        tie("r2", "p", "e1", held({"exact": 40})),
        tie("r3", "a", "e2", held({"exact": 70})),
        tie("r4", "p", "e2", held({"exact": 30})),
        tie("r5", "u1", "e3", held({"exact": 20})),
        tie("r6", "u2", "e3", held({"exact": 80})),
        tie("r7", "p", "u2", held({"exact": 100})),
    ]
    worker = read("a.json", json.dumps(said).encode(), "bods_statements.sql")
    sql = "SELECT owner, entity, share_pct, gap_pct FROM effective_share WHERE is_ultimate ORDER BY entity"
    assert [tuple(map(str, row)) for row in worker.duck.rows(sql)] == [
        ("p", "e1", "40.000000", "60.000000"),
        ("p", "e2", "30.000000", "70.000000"),
        ("p", "e3", "80.000000", "20.000000"),
        ("p", "u2", "100.000000", "0.000000"),
    ]


def test_a_record_changes_and_is_closed(read: Read) -> None:
    """Each statement is valid until the next one changes it; an end that is reported later ends it; a closed
    record is over.
    """
    said = [
        *(entity(e) for e in ("e1", "e2", "e3")),
        person("p"),
        tie("r1", "p", "e1", held({"exact": 40}, startDate="2018-01-01"), day="2019-01-01"),
        tie("r1", "p", "e1", held({"exact": 60}, startDate="2018-01-01"), day="2021-03-01", status="updated"),
        tie("r2", "p", "e2", held({"exact": 80}), day="2019-01-01"),
        tie("r2", "p", "e2", day="2022-02-01", status="closed"),
        tie("r3", "p", "e3", held({"exact": 10}, startDate="2018-01-01"), day="2019-01-01"),
        tie(
            "r3",
            "p",
            "e3",
            held({"exact": 10}, startDate="2018-01-01", endDate="2020-06-01"),
            held({"exact": 90}, startDate="2020-06-01"),
            day="2020-07-01",
            status="updated",
        ),
    ]
    worker = read("a.json", json.dumps(said).encode(), "bods_statements.sql")
    assert stakes(worker) == [
        ("p", "e1", "40.000000", "", "", "2018-01-01", "2021-03-01"),
        ("p", "e1", "60.000000", "", "", "2021-03-01", ""),
        ("p", "e2", "80.000000", "", "", "2019-01-01", "2022-02-01"),
        ("p", "e3", "10.000000", "", "", "2018-01-01", "2020-06-01"),
        ("p", "e3", "90.000000", "", "", "2020-06-01", ""),
    ]


def test_other_interests_are_ties(read: Read) -> None:
    """Votes above half control, seats are posts, rights are agreements, and what is held through others is no stake."""
    said = [
        entity("e1"),
        person("p"),
        person("q"),
        tie("r1", "p", "e1", held({"exact": 40}), held({"minimum": 51}, "votingRights")),
        tie("r2", "q", "e1", held(None, "boardMember"), held({"exact": 30}, way="indirect")),
        tie("r3", "q", "e1", held(None, "appointmentOfBoard")),
    ]
    worker = read("a.json", json.dumps(said).encode(), "bods_statements.sql")
    sql = "SELECT left_party, right_party, relation, degree FROM relation ORDER BY ALL"
    assert worker.duck.rows(sql) == [
        ("p", "e1", "controls", "votingRights"),
        ("q", "e1", "agreement", "appointmentOfBoard"),
        ("q", "e1", "post", "boardMember"),
        ("q", "e1", "related_entity", "shareholding"),
    ]
    assert [row[:2] for row in stakes(worker)] == [("p", "e1")]
    assert worker.duck.rows("SELECT owner, basis FROM controls WHERE entity = 'e1'") == [("p", "asserted")]


COLUMNS = [
    *(f"Relationship.{end}Node.{part}" for end in ("Start", "End") for part in ("NodeID", "NodeIDType")),
    "Relationship.RelationshipType",
    "Relationship.RelationshipStatus",
    *(f"Relationship.Period.{n}.{part}" for n in range(1, 6) for part in ("startDate", "endDate", "periodType")),
    *(f"Relationship.Quantifiers.1.{part}" for part in ("MeasurementMethod", "QuantifierAmount", "QuantifierUnits")),
    "Registration.InitialRegistrationDate",
    "Registration.LastUpdateDate",
    "Registration.RegistrationStatus",
]


def record(child: str, parent: str, kind: str, **cells: str) -> dict[str, str]:
    """Return a relationship record; cells are named without dots."""
    names = {name.rpartition("Relationship.")[2].replace(".", "_"): name for name in COLUMNS}
    usual = {
        "StartNode_NodeID": child,
        "StartNode_NodeIDType": "LEI",
        "EndNode_NodeID": parent,
        "EndNode_NodeIDType": "LEI",
        "RelationshipType": kind,
        "RelationshipStatus": "ACTIVE",
        "Period_1_startDate": "2023-01-01T00:00:00.000Z",
        "Period_1_endDate": "2023-12-31T00:00:00.000Z",
        "Period_1_periodType": "ACCOUNTING_PERIOD",
        "Registration_InitialRegistrationDate": "2017-05-05T10:00:00.000Z",
        "Registration_LastUpdateDate": "2024-02-01T10:00:00.000Z",
        "Registration_RegistrationStatus": "PUBLISHED",
    }
    return {names[name]: cell for name, cell in {**usual, **cells}.items()}


def test_consolidation_asserts_control(read: Read) -> None:
    """A direct parent asserts control with its share, an ultimate one by a relation; an accounting period is no period of theirs."""
    since = {"Period_2_startDate": "2012-11-29T00:00:00.000Z", "Period_2_periodType": "RELATIONSHIP_PERIOD"}
    share = {"Quantifiers_1_QuantifierAmount": "41.50", "Quantifiers_1_QuantifierUnits": "PERCENTAGE"}
    rows = [
        record(B, A, "IS_DIRECTLY_CONSOLIDATED_BY", **since, **share),
        record(C, B, "IS_DIRECTLY_CONSOLIDATED_BY"),
        record(C, A, "IS_ULTIMATELY_CONSOLIDATED_BY"),
        record(A, C, "IS_DIRECTLY_CONSOLIDATED_BY", RelationshipStatus="INACTIVE"),
        record(A, B, "IS_DIRECTLY_CONSOLIDATED_BY", Registration_RegistrationStatus="ANNULLED"),
        record("FUND", "MANAGER", "IS_FUND-MANAGED_BY"),
    ]
    out = io.StringIO()
    writer = csv.DictWriter(out, COLUMNS)
    writer.writeheader()
    writer.writerows(rows)
    worker = read("rr.csv", out.getvalue().encode(), "gleif_level2.sql")
    assert stakes(worker) == [
        (A, B, "41.500000", "", "", "2012-11-29", ""),
        (C, A, "", "", "", "2017-05-05", "2024-02-01"),
        (B, C, "", "", "", "2017-05-05", ""),
    ]
    assert set(worker.duck.rows("SELECT owner, entity, basis FROM controls")) == {
        (A, B, "asserted"),
        (A, C, "asserted"),
        (B, C, "asserted"),
    }
    sql = "SELECT left_party, right_party, relation FROM relation ORDER BY ALL"
    assert worker.duck.rows(sql) == [(A, C, "controls"), ("MANAGER", "FUND", "agreement")]
    assert worker.duck.rows("SELECT entity, lei FROM entity ORDER BY 1") == [
        (A, A),
        (C, C),
        (B, B),
        ("FUND", None),
        ("MANAGER", None),
    ]


def test_published_statements(read: Read) -> None:
    """A hundred companies wholly owned by one person each come in as they are; skipped where the data is not there."""
    path = DATA / "bods" / "0.4" / "sample_300_statements.json"
    if not path.is_file():
        pytest.skip(f"{path} is not there: name the folder of the data sets in COMPTROLLER_DATA")
    worker = read(path.name, path.read_bytes(), "bods_statements.sql")
    sql = "SELECT (SELECT count(*) FROM entity), (SELECT count(*) FROM stake), (SELECT count(*) FROM controls WHERE basis = 'direct')"
    assert worker.duck.rows(sql) == [(200, 100, 100)]
    assert worker.duck.rows("SELECT DISTINCT gap_pct, share_pct FROM effective_share")[0] == (0, 100)
