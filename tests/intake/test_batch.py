"""Raw rows of many reports are gathered by kind; the result of a report depends on that report alone."""

import io
import json
import zipfile

from hypothesis import given, settings, strategies as st

from comptroller.intake.batch import gather
from comptroller.intake.limits import Limits
from comptroller.model.report import Report
from tests.packs_small.small import said, small_pack

KINDS = small_pack().kinds


def rows_of(reports):
    """Return for each report its rows as (kind, seq, line, cells) and its codes."""
    tables, refused, _ = gather(reports, KINDS, Limits())
    found = {at: [] for at in range(len(reports))}
    for kind, table in tables.items():
        for row in table.to_pylist():
            at, seq, line = row.pop("report"), row.pop("seq"), row.pop("line")
            found[at].append((kind, seq, line, tuple(sorted((k, v) for k, v in row.items() if v is not None))))
    return [(sorted(rows), [one.code for one in refused.get(at, [])]) for at, rows in found.items()]


_row = st.fixed_dictionaries(
    {"kind": st.sampled_from(["payment", "decision", "付款", "Decision", "nothing"]), "entity": st.sampled_from("AB")},
    optional={"amount": st.sampled_from([1, 2.5, "3", None, True]), "colour": st.just("red"), "金额": st.just(5)},
)
_report = st.one_of(
    st.lists(_row, max_size=3).map(lambda rows: said("", *rows)),
    st.lists(_row, max_size=2).map(lambda rows: said("payment", *rows)),
    st.lists(_row, max_size=3).map(lambda rows: said("", *rows, media="ndjson")),
    st.sampled_from([b"", b"[", b"{}", b'{"kind": 5}', b"[[]]"]).map(lambda b: Report(b, "json", "a.json", "O")),
    st.just(Report(b"entity,amount\nA,1\n\nB,2\n", "csv", "a.csv", "O", "payment")),
)


@settings(max_examples=60)
@given(st.lists(_report, max_size=6))
def test_a_batch_gives_of_each_report_what_it_gives_alone(reports):
    """Rows with their numbers, and refusals, are the same in any batch."""
    assert rows_of(reports) == [rows_of([one])[0] for one in reports]


def test_facts_are_numbered_through_all_files_of_a_report():
    """Every fact of a report has a number of its own, also where the report is an archive of several files."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("payment.csv", "entity,payment\nA,1\nA,2\n")
        archive.writestr("more/payment.csv", "entity,payment\nA,3\n")
        archive.writestr("decision.json", json.dumps([{"kind": "decision", "entity": "A"}]))
    found, refused = rows_of([Report(out.getvalue(), "zip", "O.zip", "O", "payment")])[0]
    assert refused == []
    assert sorted(seq for _, seq, _, _ in found) == [1, 2, 3, 4]


def test_a_report_without_facts_is_refused():
    """A report without facts is rejected."""
    empty = Report(b"entity,payment\n", "csv", "a.csv", "O", "payment")
    assert [found for _, found in rows_of([said("payment"), empty])] != [[], []]


def test_an_unknown_kind_is_refused_with_those_there_are():
    """The refusal of an unknown kind names the kinds of the policy."""
    _, refused, _ = gather([said("nothing", {"entity": "A"})], KINDS, Limits())
    assert refused[0][0].code == "intake.kind"
    assert "payment" in refused[0][0].expected.en
