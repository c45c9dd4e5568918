"""Commands that read: each answers in text and in JSON, and exits with code 1 for what it cannot answer."""

import sqlite3

import pytest

READING = ("findings", "scoreboard", "verify")


def test_every_answer_is_json_when_asked(begun):
    """What is printed with --json is one JSON value and nothing else."""
    finding = begun.json("findings")[0]["finding"]
    for words in (
        *((one,) for one in READING),
        ("explain", finding),
        ("entry", 1),
        ("query", "SELECT 1 AS one"),
        ("findings", "--state", "all"),
    ):
        assert begun.json(*words) not in (None, "")
        assert begun(*words).exit_code == 0


def test_findings_are_asked_by_rule_entity_state_and_time(begun):
    """Each way of asking narrows what is listed; a state or a day that is none is wrong use."""

    def names(*words):
        return [one["rule"] for one in begun.json("findings", *words)]

    assert names() == ["small/rules/pay/undecided"]
    assert names("--rule", "undecided", "--entity", "A") == names()
    assert names("--rule", "twice") == names("--entity", "B") == names("--state", "cleared") == []
    assert names("--known", "2") == names("--valid", "2024-03-04") == []
    assert names("--known", "2999-01-01T00:00:00", "--valid", "2024-03-05") == names()
    assert names("--known", "2001-01-01") == []
    for words in (("--state", "odd"), ("--valid", "soon"), ("--known", "soon")):
        assert begun("findings", *words).exit_code == 2, words


def test_explain_says_why_in_full(begun):
    """Clause, rule text, parameters with their dates, rows with their entries, and what would have been lawful."""
    finding = begun.json("findings")[0]["finding"]
    told = begun.json("explain", finding)
    assert told["sources"][0]["article"] == "1"
    assert [p["value"] for p in told["parameters"]] == [1000.0]
    assert [(r["table"], r["entry"], r["row"]["payment"]) for r in told["rows"]] == [("payment", 3, "P1")]
    assert told["lawful"]["en"] == "An approval on or before 2024-03-05."
    assert told["entries"]["3"]["kind"] == "payment"
    assert begun.json("explain", finding[:6])["finding"]["finding"] == finding
    shown = begun("explain", finding)
    for word in (
        "Paid without a decision",
        "may be called a breach",
        "Small law",
        "entry 3",
        "lawful if",
        "NOT EXISTS",
    ):
        assert word in shown.stdout
    assert begun.json("explain", "F-none", code=1)["refused"][0]["code"] == "explain.finding"


def test_scoreboard_counts_every_rule(begun):
    """Each rule has its counts, and one may ask for some."""
    told = begun.json("scoreboard")
    assert len(told) == 5
    assert told["small/rules/pay/undecided"] == {
        "judged": 1,
        "found": 1,
        "clear": 0,
        "not_applicable": 0,
        "not_judged": 0,
        "why": {},
        "excluded": {},
        "asleep": "",
    }
    assert list(begun.json("scoreboard", "--rule", "twice")) == ["small/rules/pay/twice"]
    assert begun.json("scoreboard", "--rule", "none") == {}


def test_entry_shows_a_receipt_and_gives_the_payload_back(begun):
    """An entry is shown with its proof; its payload comes out byte for byte; a missing one is rejected."""
    begun.json("entry", 3, "--payload", begun.folder / "out.json")
    assert (begun.folder / "out.json").read_bytes() == (begun.folder / "p.json").read_bytes()
    begun.json("entry", 99, code=1)
    begun.json("entry", 0, code=1)
    begun.json("entry", code=1)


def test_a_file_is_found_again_as_the_entry_that_took_it(begun):
    """A reporter learns the entry from the file; a file that was changed since, or does not exist, is rejected."""
    sent = begun.folder / "p.json"
    assert begun.json("entry", "--file", sent)["number"] == 3
    sent.write_bytes(sent.read_bytes() + b" ")
    begun.json("entry", "--file", sent, code=1)
    begun.json("entry", "--file", begun.folder / "none.json", code=1)


def test_a_flipped_byte_is_named(begun):
    """One byte of a payload changed in the file: verify exits with code 1 and names the entry."""
    assert begun.json("verify")["sound"] is True
    with sqlite3.connect(begun.node / "ledger.sqlite") as store:
        (payload,) = store.execute("SELECT payload FROM entry WHERE number = 3").fetchone()
        store.execute("UPDATE entry SET payload = ? WHERE number = 3", (bytes([payload[0] ^ 1]) + payload[1:],))
    store.close()
    told = begun.json("verify", code=1)
    assert (told["sound"], told["problem"]["entry"]) == (False, 3)
    shown = begun("verify")
    assert shown.exit_code == 1
    assert "broken at entry 3" in shown.stderr


def test_an_old_copy_is_betrayed_by_a_witness(begun):
    """A checkpoint stored elsewhere shows that the ledger once was longer."""
    kept = (begun.node / "ledger.sqlite").read_bytes()
    begun.json("tick")
    with sqlite3.connect(begun.node / "ledger.sqlite") as store:
        (text,) = store.execute("SELECT text FROM checkpoint ORDER BY size DESC").fetchone()
    store.close()
    witness = begun.folder / "witness.txt"
    witness.write_bytes(text)
    assert begun.json("verify", "--witness", witness)["sound"] is True
    (begun.node / "ledger.sqlite").write_bytes(kept)
    assert begun.json("verify", "--witness", witness, code=1)["sound"] is False


@pytest.mark.parametrize(
    "sql",
    [
        "INSERT INTO payment VALUES (1)",
        "CREATE TABLE x AS SELECT 1",
        "DROP VIEW payment",
        "SELECT 1; SELECT 2",
        "COPY payment TO 'x.csv'",
        "SELECT * FROM position",
        "SELECT * FROM all_payment",
        "SELECT * FROM 'p.json'",
        "SELECT * FROM read_json('p.json')",
        "SELECT getenv('HOME')",
        "SELECT * FROM duckdb_settings()",
        "SELECT nothing FROM payment",
        "not sql at all (",
        "",
    ],
)
def test_a_query_reads_documented_tables_and_nothing_else(begun, sql):
    """Writing, other tables, files, settings and all but SELECT are rejected by name."""
    assert begun.json("query", sql, code=1)["refused"][0]["code"].startswith("query.")


def test_a_query_is_as_of_a_day_and_an_entry(begun):
    """The same question, with what held on a day and was known with an entry."""
    count = "SELECT count(*) AS n FROM payment"
    assert begun.json("query", count) == [{"n": 1}]
    assert (
        begun.json("query", count, "--known", "2") == begun.json("query", count, "--valid", "2024-03-04") == [{"n": 0}]
    )
    assert begun.json(
        "query", "SELECT p.payment FROM payment AS p JOIN entity AS e USING (entity)", "--known", "3"
    ) == [{"payment": "P1"}]
