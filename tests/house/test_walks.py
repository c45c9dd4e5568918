"""What the documents walk through runs as they state: the rule of write-a-rule.md, the script of verify.md."""

import datetime as dt
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from comptroller.ledger.entry import Accepted
from comptroller.ledger.key import make_key
from comptroller.ledger.ledger import Ledger
from comptroller.packs import gather_files, read_pack
from comptroller.testing import prove
from tests.house.source import DOCS, PACKS

PAYLOAD = b'[{"kind": "payment"}]'


def test_the_rule_of_the_page_runs(tmp_path: Path) -> None:
    """A reader who copies the files from write-a-rule.md has a rule with examples that pass."""
    page = (DOCS / "write-a-rule.md").read_text(encoding="utf-8")
    files = re.findall(r"Write `my-packs/([^`]+)`:\n\n```\w+\n(.*?)```", page, re.DOTALL)
    assert len(files) == 3
    for name, text in files:
        target = tmp_path / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")
    pack = read_pack(gather_files([tmp_path, PACKS], "mine"), "mine")
    proof = prove(pack, ["mine/rules/payments/paid_on_rest_day"])
    assert proof.failures == ()
    assert f"{proof.examples} examples of 1 rule, 0 failed" in page


@pytest.fixture
def sealed(tmp_path: Path) -> tuple[Path, str]:
    """Seven entries in a ledger; returns the fifth as the command line prints it, and the verifier key."""
    key = make_key("example.org/walk", bytes(32))
    at = dt.datetime(2024, 3, 1, tzinfo=dt.UTC)
    ledger = Ledger.create(tmp_path / "ledger.sqlite", key.name, key, at)
    for place in range(7):
        ledger.append([Accepted(PAYLOAD, "json", "港口", name=f"r{place}.json")], at)
    one = ledger.entry(5)
    said = {"number": 5, "header": one.fields, "receipt": json.loads(ledger.receipt(5).to_json())}
    ledger.close()
    (tmp_path / "report.json").write_bytes(PAYLOAD)
    path = tmp_path / "entry.json"
    path.write_text(json.dumps(said), encoding="utf-8")
    return path, str(key.verifier)


def _run(entry: Path, key: str) -> subprocess.CompletedProcess[str]:
    script, report = str(DOCS / "verify_receipt.py"), str(entry.with_name("report.json"))
    return subprocess.run(
        [sys.executable, script, str(entry), key, report], capture_output=True, text=True, check=False
    )


def test_the_script_of_the_page_takes_a_true_receipt(sealed: tuple[Path, str]) -> None:
    """The separate script agrees with the ledger."""
    done = _run(*sealed)
    assert done.returncode == 0, done.stderr
    assert done.stdout == "entry 5 stands in the ledger example.org/walk\n"


@pytest.mark.parametrize(
    "bend",
    [
        lambda said: said["header"].update(reporter="城市"),
        lambda said: said["receipt"]["proof"].pop(),
        lambda said: said["receipt"]["proof"].reverse(),
        lambda said: said["receipt"].update(entry=4),
        lambda said: said["receipt"].update(checkpoint=said["receipt"]["checkpoint"].replace("\n7\n", "\n6\n")),
    ],
    ids=["header", "short proof", "turned proof", "another place", "another size"],
)
def test_the_script_of_the_page_refuses_a_bent_receipt(sealed: tuple[Path, str], bend: object) -> None:
    """For each change of a receipt, the script stops."""
    path, key = sealed
    said = json.loads(path.read_text(encoding="utf-8"))
    bend(said)
    path.write_text(json.dumps(said), encoding="utf-8")
    assert _run(path, key).returncode != 0


def test_the_script_of_the_page_refuses_another_report(sealed: tuple[Path, str]) -> None:
    """A report other than the sealed one is detected."""
    sealed[0].with_name("report.json").write_bytes(b"[]")
    assert "another payload" in _run(*sealed).stderr
