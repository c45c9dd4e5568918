"""The interface for Python programs: a node is created, opened, reported to and read, with nothing but public names."""

import datetime as dt
import os
import subprocess
import sys

import pytest

import comptroller
from comptroller import Pack, Refused, Report
from tests.packs_small.small import lay, small_files

AT = dt.datetime(2024, 6, 1, tzinfo=dt.UTC)
PAID = {"entity": "A", "payment": "P1", "amount": 2000, "matter": "M1", "payee": "S", "paid_on": dt.date(2024, 3, 5)}


@pytest.fixture
def pack(tmp_path):
    """The small pack, loaded from a folder."""
    return Pack.load("small", lay(tmp_path / "packs", small_files()))


@pytest.fixture
def node(tmp_path, pack):
    """A node that knows entity A and a payment that one rule finds."""
    with comptroller.create(tmp_path / "node", pack, owner="O", at=AT) as opened:
        results = opened.report(
            Report.from_rows("entity", [{"entity": "A", "name": "A"}]), Report.from_rows("payment", [PAID]), at=AT
        )
        assert [one.entry for one in results] == [2, 3], results
        yield opened


def test_a_report_becomes_a_finding_with_its_evidence(node) -> None:
    """A program reports rows and reads the finding, the entries that it rests on, and its explanation."""
    (finding,) = [item for item in node.findings() if item.entries == (3,)]
    assert (finding.entity, finding.state, finding.subject) == ("A", "raised", ("A", "P1"))
    assert node.explain(finding.name)["finding"]["finding"] == finding.name
    assert [item.finding for item in node.changes if item.state == "raised"] == [finding.name]


def test_rejected_input_is_a_value(node) -> None:
    """A report that is rejected names every reason, is in no entry, and leaves the other reports of its batch alone."""
    bad, good = (
        Report.from_rows("payment", [{**PAID, "entity": "E999"}]),
        Report.from_rows("entity", [{"entity": "B", "name": "B"}]),
    )
    rejected, accepted = node.report(bad, good, at=AT)
    assert (rejected.is_accepted, accepted.is_accepted) == (False, True)
    assert [one.code for one in rejected.refusals] != []
    assert node.entries == 4


@pytest.mark.parametrize("name", ["payments.pdf", "payments", ""])
def test_a_file_of_unknown_form_is_rejected(node, name: str) -> None:
    """A file of unknown form by name and first bytes is rejected, and raises nothing."""
    (result,) = node.report(Report(b"%PDF", name, "payment"), at=AT)
    assert result.entry is None
    assert result.refusals


def test_a_file_is_read_by_its_name(node, tmp_path) -> None:
    """A CSV file on the disk is a report; its kind is passed if its rows do not name it."""
    path = tmp_path / "payments.csv"
    path.write_text("entity,payment,amount,payee,paid_on\nA,P2,10,S,2024-03-06\n", encoding="utf-8")
    (result,) = node.report(Report.from_file(path, kind="payment"), at=AT)
    assert result.is_accepted, result.refusals
    assert node.query("SELECT payment, amount FROM payment ORDER BY payment")[1]["payment"] == "P2"


def test_the_past_is_read_as_it_was_known(node) -> None:
    """Findings and queries are read as known with an entry, before a later report."""
    assert node.findings(known=2) == []
    assert node.query("SELECT count(*) AS n FROM payment", known=2) == [{"n": 0}]
    assert node.query("SELECT count(*) AS n FROM payment") == [{"n": 1}]


@pytest.mark.parametrize("sql", ["DELETE FROM payment", "SELECT * FROM finding_secret", "SELECT 1; SELECT 2", ""])
def test_a_query_only_reads_documented_tables(node, sql: str) -> None:
    """Anything but one SELECT over documented tables raises Refused, with a code."""
    with pytest.raises(Refused) as caught:
        node.query(sql)
    assert caught.value.refusals[0].code.startswith("query.")


def test_wrong_calls_name_what_was_expected(node) -> None:
    """An unknown state, an unknown finding and an instant without an offset raise, and name what was expected."""
    with pytest.raises(ValueError, match="expected open, all"):
        node.findings(state="new")
    with pytest.raises(LookupError, match="F-none"):
        node.explain("F-none")
    with pytest.raises(ValueError, match="offset"):
        node.report(Report.from_rows("payment", [PAID]), at=dt.datetime(2024, 6, 1))


def test_a_node_is_opened_again_as_it_was(tmp_path, pack) -> None:
    """What one process recorded, the next one reads; a receipt proves an entry; a tick is an entry as well."""
    with comptroller.create(tmp_path / "node", pack, owner="O", at=AT) as first:
        first.report(Report.from_rows("entity", [{"entity": "A", "name": "A"}]), at=AT)
        key = first.verifier_key
    with comptroller.open_node(tmp_path / "node") as again:
        assert (again.owner, again.entries, again.verifier_key) == ("O", 2, key)
        assert again.receipt(2)["entry"] == 2
        again.tick(AT, at=AT)
        assert again.entries == 3
        again.adopt(pack, at=AT)
        assert again.entries == 4


@pytest.mark.parametrize("make", [True, False])
def test_a_folder_that_is_no_node_or_in_use_is_rejected(tmp_path, pack, make: bool) -> None:
    """Creating in a folder that is not empty, or opening one that is no node, raises Refused."""
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "file").write_text("x", encoding="utf-8")
    with pytest.raises(Refused, match="node"):
        comptroller.create(tmp_path / "other", pack) if make else comptroller.open_node(tmp_path / "other")


def test_an_unknown_pack_names_those_that_there_are() -> None:
    """Loading a pack that no folder contains raises Refused and lists the packs that ship."""
    with pytest.raises(Refused, match="cn-central"):
        Pack.load("nowhere")


def test_importing_the_package_loads_nothing() -> None:
    """`import comptroller` loads neither engine nor numeric libraries; every public name can be loaded and is listed."""
    program = (
        "import sys, comptroller; heavy = [m for m in ('numpy', 'duckdb', 'numba', 'typer') if m in sys.modules]; "
        "assert heavy == [], heavy; assert set(comptroller.__all__) <= set(dir(comptroller)); "
        "[getattr(comptroller, name) for name in comptroller.__all__]"
    )
    paths = os.environ | {"PYTHONPATH": os.pathsep.join(one for one in sys.path if one)}
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False, env=paths)
    assert done.returncode == 0, done.stderr


def test_a_name_that_is_not_public_is_an_attribute_error() -> None:
    """A name that the package does not have raises AttributeError and names those that it has."""
    with pytest.raises(AttributeError, match="open_node"):
        _ = comptroller.Ledgers
