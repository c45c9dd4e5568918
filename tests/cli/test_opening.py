"""A node opened to be read: as its engine has it, brought up to date where it is behind, and closed again."""

import sqlite3

import pytest
from typer import BadParameter

from comptroller import engine, node
from comptroller.cli.opening import known_entry, reading, working
from comptroller.evaluation import history
from comptroller.ledger.entry import Accepted
from comptroller.ledger.ledger import Ledger
from comptroller.model.refusal import Refused


def test_a_reader_has_what_the_engine_has(begun):
    """Policy, findings, clock and titles are those of the engine; nothing is written."""
    begun.json("tick", "--at", "2024-06-30T00:00:00+08:00")
    before = (begun.node / "books.duckdb").read_bytes()
    with reading(begun.node) as opened:
        found = history.findings(opened.duck)
        told = (opened.pack.digest, opened.today, sorted(opened.findings.rules()))
        assert opened.titles({one.rule for one in found}) == {
            one.rule: opened.pack.rules[one.rule].title for one in found
        }
        assert opened.policy_of(opened.pack.digest, 1) is opened.pack
    assert len(before) == len((begun.node / "books.duckdb").read_bytes())
    with working(begun.node) as worker:
        today = worker.duck.rows("SELECT today FROM clock")[0][0]
        assert told == (worker.pack.digest, today, sorted(worker.evaluation.findings.rules()))
        assert history.findings(worker.duck) == found


def test_books_that_are_behind_are_brought_up_to_date(begun):
    """An entry that the ledger has and the books have not is folded before anything is read; books that are gone are made."""
    _, key = node.load(begun.node, None)
    with Ledger.open(begun.node / node.LEDGER, key) as ledger:
        payload = b'[{"entity": "C", "name": "C"}]'
        ledger.append([Accepted(payload, "json", "O", "c.json", "entity")], ledger.last_at)
    with reading(begun.node) as opened:
        assert opened.duck.rows("SELECT count(*) FROM entity") == [(2,)]
    node.drop_books(begun.node)
    with reading(begun.node) as opened:
        assert len(history.findings(opened.duck)) == 1


def test_books_of_another_policy_are_rejected_by_name(begun):
    """Books with an altered position are not those of the ledger: no command reads them, and `rebuild` makes them again."""
    duck = node.open_books(begun.node)
    duck.execute("UPDATE position SET pack = 'other'")
    duck.close()
    assert begun.json("findings", code=1)["refused"][0]["code"] == "node.books_other"
    begun("rebuild")
    with reading(begun.node) as opened:
        assert opened.is_current


def test_what_is_busy_or_no_node_is_refused(begun, tmp_path):
    """A node in use by the engine, a folder that is no node, and a broken ledger are rejected, and are closed again."""
    with pytest.raises(Refused), reading(tmp_path / "none"):
        pass
    with sqlite3.connect(begun.node / node.LEDGER) as store:
        store.execute("DELETE FROM checkpoint")
    shown = begun.json("findings", code=1)
    assert shown["refused"][0]["code"] == "node.ledger"


def test_an_entry_is_named_by_number_or_instant(begun):
    """A number is itself, an instant is the last entry received by then, and anything else is wrong use."""
    worker = engine.open_node(begun.node)
    assert known_entry(worker.ledger, "2") == 2
    assert known_entry(worker.ledger, None) is known_entry(worker.ledger, "") is None
    assert known_entry(worker.ledger, "2999-01-01") == worker.ledger.size
    with pytest.raises(BadParameter):
        known_entry(worker.ledger, "soon")
    worker.close()


def test_a_name_that_nothing_has_is_answered_with_the_close_ones(begun):
    """An unknown part of a rule's name and an unknown entity get a hint with close names; a list is still a list."""
    shown = begun("findings", "--rule", "undecidd")
    assert (shown.exit_code, begun.json("findings", "--rule", "undecidd")) == (0, [])
    assert "Did you mean small/rules/pay/undecided" in " ".join(shown.stderr.split())
    assert "是否指 small/rules/pay/undecided" in " ".join(shown.stderr.split())
    assert "no entity 'ZZ'" in begun("findings", "--entity", "ZZ").stderr
    assert "Did you mean small/rules/pay/twice" in " ".join(begun("scoreboard", "--rule", "twic3").stderr.split())
    assert begun("findings", "--rule", "twice").stderr == ""


def test_close_names_of_kinds_packs_columns_and_parties(begun):
    """A mistyped kind, pack, column or party is rejected with the close name, in both languages."""
    rows = begun.file("r.json", [{"entity": "A", "name": "A"}])
    told = [
        begun.json("report", rows, "--kind", "entitty", code=1)[0]["refusals"][0],
        begun.json("pack", "check", "smal", code=1)["refused"][0],
        begun.json("query", "SELECT paymnt FROM payment", code=1)["refused"][0],
    ]
    for one, name in zip(told, ("entity", "small", "payment"), strict=True):
        assert f"Did you mean {name}" in one["mend"]["en"], one
        assert f"是否指 {name}" in one["mend"]["zh"], one
