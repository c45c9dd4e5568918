"""The running server: values are made once, and acts of users are in the ledger."""

import ast
from concurrent.futures import ThreadPoolExecutor
from time import sleep

import pytest

from comptroller.model.refusal import Refused
from comptroller.web.runtime.server import ACCOUNTS, STORE, Server
from tests.house.source import parsed, shown, sources
from tests.packs_small.small import AT, small_node


@pytest.mark.parametrize("name", [ACCOUNTS, STORE])
def test_garbage_in_a_store_of_the_desk_is_a_refusal_by_name(tmp_path, name):
    """Unreadable accounts or drafts: the server does not start, names the file, and releases the node."""
    small_node(tmp_path / "n").close()
    (tmp_path / "n" / name).write_bytes(b"garbage" * 1000)
    with pytest.raises(Refused) as refused:
        Server(tmp_path / "n", lambda: AT, lambda: "x" * 32).start()
    one = refused.value.refusals[0]
    assert (one.code, one.file) == ("node.store", str(tmp_path / "n" / name))
    (tmp_path / "n" / name).unlink()
    server = Server(tmp_path / "n", lambda: AT, lambda: "x" * 32)
    server.start()
    server.stop()


def test_what_is_made_for_a_key_is_made_once(server):
    """And the oldest is forgotten."""
    made = []
    for _ in range(3):
        server.cached("one", lambda: made.append(1))
    assert made == [1]


def test_what_a_user_does_stands_in_the_ledger(server):
    """An act is a fact with a name, a time and what it was about."""
    outcome = server.outcome_of(server.note("supervisor", "export", "findings", "state=all"))
    rows = server.duck.rows("SELECT login, did, about, detail FROM desk_act WHERE fact >> 20 = ?", [outcome.entry])
    assert rows == [("supervisor", "export", "findings", "state=all")]
    assert server.ledger.entry(outcome.entry).fields["reporter"] == server.owner


def test_what_the_desk_says_is_checked_like_any_report(server):
    """Nothing gets into the books past intake."""
    with pytest.raises(Refused):
        server.outcome_of(server.report("access_grant", [{"granted_by": server.owner, "grant": "G"}]))


def test_many_who_ask_at_once_make_it_once(server):
    """While one makes it, the others wait for that, so that news of a batch do not set off the same work many times."""
    made = []

    def make():
        sleep(0.05)
        made.append(1)
        return "made"

    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda _: server.cached("at once", make), range(8)))
    assert (found, made) == (["made"] * 8, [1])


def test_what_fails_is_not_kept(server):
    """A fault goes to its caller; the next caller tries again."""
    with pytest.raises(ZeroDivisionError):
        server.cached("fails", lambda: 1 // 0)
    assert server.cached("fails", lambda: 7) == 7


def test_a_stamp_moves_with_its_tables_alone(server):
    """An act of a user moves the books, and nothing that depends on the register alone is made again."""
    before = server.stamp(["entity"]), server.stamp(["desk_act"]), server.position()
    server.outcome_of(server.note("supervisor", "export"))
    assert server.position() != before[2]
    assert server.stamp(["entity"]) == before[0]
    assert server.stamp(["desk_act"]) != before[1]


def test_pages_and_calls_name_their_channel():
    """No page and no call reports in the operator's channel, which is checked against no grants."""
    unnamed = []
    pages = [path for path in sources() if "web" in path.parts]
    assert len(pages) > 100
    for path in pages:
        for call in (node for node in ast.walk(parsed(path)) if isinstance(node, ast.Call)):
            if isinstance(call.func, ast.Attribute) and ast.unparse(call.func) in (
                "server.report",
                "visit.server.report",
            ):
                unnamed += [] if len(call.args) > 2 else [f"{shown(path)}:{call.lineno}"]
            if ast.unparse(call.func) == "Report" and path.name != "payloads.py":
                named = "channel" in {one.arg for one in call.keywords}
                unnamed += [] if named else [f"{shown(path)}:{call.lineno}"]
        if path.name not in ("server.py", "journal.py"):
            names = {one.id for one in ast.walk(parsed(path)) if isinstance(one, ast.Name)}
            unnamed += [shown(path)] if "OPERATOR" in names else []
    assert unnamed == []
