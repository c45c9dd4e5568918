"""Commands on a node as a whole: each requires its options, prints what it did, and is an entry."""

import json
import stat

import pytest

ORDER = ("--by", "Li Wei", "--second", "Wang Fang", "--reason", "asked for", "--law", "Source, art. 47")


def test_an_erasure_needs_two_officers_a_reason_and_a_law(begun):
    """Without one of the four options it is wrong use; with one officer twice it is rejected; else it is an entry."""
    for at in range(0, len(ORDER), 2):
        assert begun("erase", 3, *ORDER[:at], *ORDER[at + 2 :]).exit_code == 2
    twice = begun.json("erase", 3, *ORDER[:2], "--second", "li wei", *ORDER[4:], code=1)
    assert twice["refused"][0]["code"] == "erase.second"
    assert begun.json("erase", 3, *ORDER) == {"entry": 4, "erased": [3], "copies": []}
    found = begun.json("verify")
    assert (found["erased"], found["acts"]) == ([3], [{"entry": 4, "medium": "erasure"}])
    assert begun.json("findings") == []
    assert begun.json("entry", 3)["erased"] is True
    shown = begun("erase", 2, *ORDER)
    assert shown.exit_code == 0, shown.output
    assert "entry 5: payloads of entries 2 are erased" in shown.stdout
    assert "payloads were erased by law" in begun("verify").stdout


def test_a_passphrase_is_honoured_by_init_set_and_changed(line, monkeypatch):
    """The key of a new node is encrypted where one is set; it opens under that one alone, and is changed by a command."""
    monkeypatch.setenv("COMPTROLLER_PASSPHRASE", "first")
    assert line("init", line.node, "--pack", "small", "--owner", "O").exit_code == 0
    monkeypatch.setenv("COMPTROLLER_NODE", str(line.node))
    assert b"ENCRYPTED" in (line.node / "key.pem").read_bytes()
    monkeypatch.setenv("COMPTROLLER_NEW_PASSPHRASE", "second")
    assert line.json("passphrase") == {"needs_passphrase": True}
    assert line.json("tick", code=1)["refused"][0]["code"] == "node.key"
    assert line.json("verify")["sound"] is True, "the public key needs no passphrase"
    monkeypatch.setenv("COMPTROLLER_PASSPHRASE", "second")
    line.json("tick")
    assert line("passphrase", "--remove").exit_code == 2
    monkeypatch.delenv("COMPTROLLER_NEW_PASSPHRASE")
    assert line.json("passphrase", code=1)["refused"][0]["code"] == "node.passphrase"
    assert line.json("passphrase", "--remove") == {"needs_passphrase": False}
    monkeypatch.delenv("COMPTROLLER_PASSPHRASE")
    line.json("tick")


def test_every_file_of_a_node_is_private(begun):
    """After init, reports and an erasure: the folder 0700, its files 0600."""
    begun.json("erase", 3, *ORDER)
    assert stat.S_IMODE(begun.node.stat().st_mode) == 0o700
    assert {stat.S_IMODE(path.stat().st_mode) for path in begun.node.iterdir()} == {0o600}


def test_growth_is_proved_from_one_checkpoint_to_another(begun):
    """The proof between two checkpoints is printed as JSON; a size without a signed checkpoint is rejected."""
    found = begun.json("checkpoint", "--since", 1)
    assert found["old"].split("\n")[1] == "1"
    assert found["new"].split("\n")[1] == "3"
    assert begun("checkpoint").stdout == found["new"]
    for size in (-1, 99):
        assert begun.json("checkpoint", "--since", size, code=1)["refused"][0]["code"] == "checkpoint.since"


def test_a_second_witness_is_written_with_every_report(begun):
    """Named once, it is written at each entry and compared at each opening; a path that cannot be written is
    rejected.
    """
    path = begun.folder / "elsewhere"
    begun.json("witness", path)
    begun.json("tick")
    assert {one["size"] for one in begun.json("verify")["witnesses"]} == {4}
    path.unlink()
    assert begun.json("findings", code=1)["refused"][0]["code"] == "node.witness"
    assert begun.json("rebuild", "--accept-loss", "unwitnessed")["entries"] == 5
    assert begun.json("witness", begun.folder / "no" / "file", code=1)["refused"][0]["code"] == "witness.path"
    assert begun.json("witness") == {"witness": None}
    assert len(begun.json("verify")["witnesses"]) == 1


def test_a_salvage_makes_a_node_of_what_is_left(begun, monkeypatch):
    """The new node names its origin and what is lost; the target must be empty."""
    path = begun.node / "ledger.sqlite"
    path.write_bytes(path.read_bytes().replace(b'"P1"', b'"P2"'))
    assert begun.json("verify", code=1)["lost"] == [3]
    found = begun.json("salvage", begun.node, begun.folder / "new", "--reason", "bit rot")
    assert (found["lost"], found["saved"], found["entry"]) == ([3], 2, 4)
    assert begun.json("salvage", begun.node, begun.folder / "new", code=1)["refused"][0]["code"] == "node.taken"
    monkeypatch.setenv("COMPTROLLER_NODE", str(begun.folder / "new"))
    assert begun.json("verify")["sound"] is True
    assert begun.json("entry", 4)["header"]["media"] == "salvage"
    assert "made from what a damaged one held" in begun("verify").stdout


@pytest.mark.parametrize("origin", ["a b", "a+b", "x" * 2000, "\n"])
def test_a_name_that_no_ledger_may_bear_is_refused(line, origin):
    """An origin that is no key's name is a refusal, and nothing is made."""
    found = line("init", line.node, "--pack", "small", "--origin", origin, "--json")
    assert found.exit_code == 1
    assert json.loads(found.stdout)["refused"][0]["code"] == "init.origin"
    assert not line.node.exists()
