"""Commands that write: a node is made once, reports are accepted or rejected as a whole, and exit codes show which."""

from comptroller import engine
from tests.worlds import PACKS


def test_init_makes_a_node_once(line):
    """A new folder becomes a node; a folder with content is rejected and left alone."""
    made = line.json("init", line.node, "--pack", "small")
    assert made["rules"] == 5
    assert made["owner"] == "OWNER"
    assert line.json("init", line.node, "--pack", "small", code=1)["refused"][0]["code"] == "node.taken"
    assert line.json("init", line.folder / "other", "--pack", "none", code=1)["refused"][0]["code"] == "packs.unknown"
    assert not (line.folder / "other").exists()


def test_report_says_what_became_of_each_file(begun):
    """Each file has its own outcome: entry and changes, or every refusal; one rejected file makes exit code 1."""
    good = begun.file("good.csv", "entity,payment,amount\nA,P2,5\n")
    bad = begun.file("bad.csv", "entity,payment,amount\nA,P3,much\nB,P4,5\n")
    told = begun.json(
        "report", good, bad, begun.folder / "none.csv", begun.file("x.pdf", "x"), "--kind", "payment", code=1
    )
    assert [one["entry"] for one in told] == [4, None, None, None]
    assert [r["code"] for r in told[1]["refusals"]] == ["intake.shape.money", "intake.sense.entity"]
    assert [told[2]["refusals"][0]["code"], told[3]["refusals"][0]["code"]] == ["report.file", "report.media"]
    said = begun("report", bad, "--kind", "payment")
    assert said.exit_code == 1
    assert "bad.csv, line 2, amount" in said.stderr
    assert "nothing of it was recorded" in said.stderr


def test_report_tells_what_turned(begun):
    """A report that raises a finding prints it at once."""
    paid = begun.file("q.csv", "entity,payment,amount,matter,paid_on\nA,P5,3000,M9,2024-03-05\n")
    turned = begun.json("report", paid, "--kind", "payment")[0]["turns"]
    assert turned["small/rules/pay/undecided"] == {"raised": 1}
    assert (
        "raised"
        in begun(
            "report",
            begun.file("r.csv", "entity,payment,amount,matter,paid_on\nA,P6,3000,M9,2024-03-05\n"),
            "--kind",
            "payment",
        ).stdout
    )


def test_a_reporter_is_named(begun):
    """A named reporter must be one; without a name the owner is meant."""
    path = begun.file("s.csv", "entity,payment,amount\nA,P7,5\n")
    assert (
        begun.json("report", path, "--kind", "payment", "--reporter", "X", code=1)[0]["refusals"][0]["code"]
        == "intake.sender.unknown"
    )
    assert begun.json("report", path, "--kind", "payment", "--reporter", "A")[0]["entry"] == 4
    assert '"A"' in begun("entry", 4, "--json").stdout


def test_a_mapping_reads_any_file(begun):
    """A SELECT over the raw file makes the kind's columns; one that cannot be read is wrong use."""
    mapping = begun.file(
        "m.sql", "-- kind: payment\nSELECT 'A' AS entity, nr AS payment, sum AS amount, line FROM raw\n"
    )
    path = begun.file("raw.csv", "nr,sum\nM1,7\n")
    assert begun.json("report", path, "--mapping", mapping)[0]["entry"] == 4
    assert begun("report", path, "--mapping", begun.folder / "none.sql").exit_code == 2
    engine.rebuild(begun.node).close()


def test_tick_moves_the_clock(begun):
    """An instant is taken with an offset or in UTC; what is none is wrong use."""
    assert begun.json("tick", "--at", "2024-06-30T08:00:00+08:00")["instant"].startswith("2024-06-30")
    assert begun.json("query", "SELECT today FROM clock") == [{"today": "2024-06-30"}]
    assert begun("tick", "--at", "soon").exit_code == 2


def test_adopt_and_rebuild(begun):
    """A policy is adopted by name, and the books are folded again from all entries."""
    assert begun.json("adopt", "small")["turns"] == {}
    assert begun.json("rebuild")["entries"] == 4
    assert len(begun.json("findings")) == 1


def test_words_for_people_are_printed_too(begun):
    """Every writing command prints something for people."""
    for words in (("tick",), ("adopt", "small"), ("rebuild",), ("init", begun.folder / "n2", "--pack", "small")):
        found = begun(*words)
        assert (found.exit_code, bool(found.stdout.strip())) == (0, True), (words, found.output)


def test_acts_and_grants_are_carried_over_by_a_word(line, monkeypatch):
    """The command line reports as a reporter; what only the console reports needs --as-operator, and the entry
    records it.
    """
    monkeypatch.setenv("COMPTROLLER_PACKS", str(PACKS))
    monkeypatch.setenv("COMPTROLLER_NODE", str(line.node))
    assert line("init", line.node, "--pack", "base").exit_code == 0
    user = "granted_by,login,name,valid_from\nOWNER,eve,Eve,2024-01-01\n"
    path = line.file("users.csv", user)
    for kind in ("desk_user", "Desk_User", "用户"):
        (told,) = line.json("report", path, "--kind", kind, code=1)
        assert [one["code"] for one in told["refusals"]] == ["desk.kind"], kind
    (told,) = line.json("report", path, "--kind", "desk_user", "--as-operator")
    entry = line.json("entry", told["entry"])
    assert entry["header"]["note"] == {"channel": "operator"}


def test_a_dry_run_records_nothing(begun):
    """Files are checked and judged, the answer shows what was read and what would change, and no entry is made."""
    paid = begun.file("t.csv", "entity,payment,amount,matter,paid_on\nA,P7\t,3000,M9,2024-03-05\n")
    tried = begun.json("report", paid, "--kind", "payment", "--dry-run")[0]
    assert (tried["entry"], tried["refusals"], tried["read"]["rows"]) == (None, [], {"payment": {"state": 1}})
    assert [note["code"] for note in tried["read"]["notes"]] == ["blanks"]
    assert tried["turns"]["small/rules/pay/undecided"] == {"raised": 1}
    text = begun("report", paid, "--kind", "payment", "--dry-run")
    assert "sound, not recorded" in text.stdout
    assert "payment: 1 state" in text.stdout
    kept = begun.json("report", paid, "--kind", "payment")[0]
    assert (kept["entry"], kept["turns"], kept["read"]) == (4, tried["turns"], tried["read"])
    again = begun.json("report", paid, "--kind", "payment", "--dry-run")[0]
    assert again["turns"] == {}, "the fact is known after the report, and was not after the dry runs"


def test_a_report_is_never_dated_back(begun):
    """An instant before the node's last moment is rejected, and nothing is recorded; a later one is taken."""
    paid = begun.file("b.csv", "entity,payment,amount\nA,P8,5\n")
    back = begun.json("report", paid, "--kind", "payment", "--at", "2020-01-01T00:00:00+08:00", code=1)["refused"]
    assert [(one["code"], one["field"]) for one in back] == [("clock.back", "--at")]
    assert begun.json("report", paid, "--kind", "payment")[0]["entry"] == 4
