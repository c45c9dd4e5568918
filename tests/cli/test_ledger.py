"""Commands of the ledger: an entry, its receipt on its own, and the check of the whole."""

import json
import subprocess
import sys
from pathlib import Path

VERIFIER = Path(__file__).parents[2] / "docs" / "verify_receipt.py"


def test_a_receipt_is_checked_without_the_product(begun):
    """What `ledger receipt` writes is what `ledger entry` shows, and the separate script accepts it with the
    verifier key.
    """
    target = begun.folder / "receipt.json"
    assert begun("ledger", "receipt", 3, "--output", target).exit_code == 0
    assert json.loads(target.read_text(encoding="utf-8")) == begun.json("ledger", "entry", 3)
    assert json.loads(begun("ledger", "receipt", 3).stdout) == begun.json("ledger", "entry", 3)
    made = begun.json("init", begun.folder / "other", "--pack", "small")
    words = [sys.executable, str(VERIFIER), str(target)]
    wrong = subprocess.run([*words, made["verifier_key"]], capture_output=True, text=True, check=False)
    assert wrong.returncode != 0


def test_a_receipt_of_nothing_is_refused(begun):
    """An entry that is not there, a file that was never taken, and a place that cannot be written are answered by name."""
    assert begun("ledger", "receipt", 99).exit_code == 1
    assert begun("ledger", "receipt", "--file", begun.file("x.json", [])).exit_code == 1
    assert begun("ledger", "receipt", 3, "--output", begun.folder / "none" / "r.json").exit_code == 2


def test_verify_tells_that_a_ledger_is_sound(begun):
    """An unchanged ledger is sound; numbers agree with their nouns."""
    told = begun.json("ledger", "verify")
    assert told["sound"] is True
    assert "sound: 3 entries" in begun("ledger", "verify").stdout
