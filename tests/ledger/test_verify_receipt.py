"""Laws of the independent verifier: it prints the number that is proved, and nothing but a true proof passes."""

import base64
import importlib.util
import json
import os
import random
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from comptroller.ledger.entry import Accepted
from comptroller.ledger.key import make_key
from comptroller.ledger.ledger import Ledger
from comptroller.ledger.tree import check_consistency, check_inclusion
from tests.house.source import DOCS

DATA = Path(os.environ.get("COMPTROLLER_DATA", Path(__file__).parents[3] / "shared" / "data"))
VECTORS = sorted((DATA / "tlog_vectors").rglob("*.json")) if DATA.is_dir() else []
KEY = make_key("example.org/walk", bytes(32))
AT = datetime(2024, 3, 1, tzinfo=UTC)
SIZE = 7


def _load() -> Any:
    spec = importlib.util.spec_from_file_location("verify_receipt", DOCS / "verify_receipt.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


verifier = _load()


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    """Return a ledger of seven entries, each its own group."""
    made = Ledger.create(tmp_path / "ledger.sqlite", KEY.name, KEY, AT)
    for place in range(SIZE):
        made.append([Accepted(b"[%d]" % place, "json", "港口")], AT)
    return made


def _entry(ledger: Ledger, number: int, size: int | None = None) -> dict[str, Any]:
    one = ledger.entry(number)
    return {"number": number, "header": one.fields, "receipt": json.loads(ledger.receipt(number, size).to_json())}


def _proves(said: dict[str, Any], payload: bytes | None = None) -> str:
    """Return what the verifier prints, or '' where it rejects."""
    try:
        found: str = verifier.check_entry(verifier.parse(json.dumps(said).encode(), "x"), str(KEY.verifier), payload)
    except verifier.Wrong:
        return ""
    return found


def test_every_true_receipt_passes_under_its_own_number_alone(ledger: Ledger) -> None:
    """For each entry and each size: the receipt passes, prints its number, and passes under no other number or size."""
    for size in range(1, SIZE + 1):
        for number in range(1, size + 1):
            said = _entry(ledger, number, size)
            assert _proves(said, b"[%d]" % (number - 1)) == f"entry {number} stands in the ledger example.org/walk"
            assert _proves(said, b"[]") == ""
            for other in (*range(-1, 2 * SIZE), 999, number + size, number + 2**63, True, float(number), str(number)):
                if other is number:
                    continue
                assert _proves({**said, "receipt": {**said["receipt"], "entry": other}, "number": other}) == ""
                assert _proves({**said, "number": other}) == ""
                bent = {"header": said["header"], "receipt": {**said["receipt"], "entry": other}}
                assert _proves(bent) == ""
            for other in range(SIZE + 2):
                if other != size:
                    assert _proves({**said, "receipt": {**said["receipt"], "size": other}}) == ""


def test_the_consoles_form_of_a_receipt_is_read_as_well(ledger: Ledger) -> None:
    """A receipt with its header as text, as the console exports it, proves the same."""
    said = json.loads(ledger.receipt(3).to_json()) | {"header": ledger.entry(3).header.decode()}
    assert _proves(said, b"[2]").startswith("entry 3 ")
    assert _proves({**said, "header": said["header"].replace("json", "xlsx")}) == ""


def test_no_bent_field_passes(ledger: Ledger) -> None:
    """A field that is missing, of another type or in another spelling is rejected, never a trace."""
    said = _entry(ledger, 3)
    receipt = said["receipt"]
    loose = receipt["leaf"][:-2] + chr(ord(receipt["leaf"][-2]) + 1) + "="
    bends: list[dict[str, Any]] = [{name: value} for name in receipt for value in (None, [], {}, 0, "", -1, "é", True)]
    bends += [{"leaf": loose}, {"leaf": receipt["leaf"] + "\n"}, {"format": "comptroller.receipt/2"}]
    bends += [{"proof": [*receipt["proof"], receipt["leaf"]]}, {"proof": receipt["proof"][:-1]}, {"proof": "x"}]
    bends += [{"checkpoint": receipt["checkpoint"] + "more\n"}, {"checkpoint": receipt["checkpoint"][:-1]}]
    for bend in bends:
        if all(receipt[name] == value and type(receipt[name]) is type(value) for name, value in bend.items()):
            continue
        assert _proves({**said, "receipt": {**receipt, **bend}}) == "", bend
    for name in ("header", "receipt"):
        assert _proves({key: value for key, value in said.items() if key != name}) == ""
    text = json.dumps(said)
    with pytest.raises(verifier.Wrong, match="twice"):
        verifier.parse(text.replace('"number": 3', '"number": 3, "number": 999').encode(), "x")


def test_any_changed_character_of_an_entry_is_rejected_or_changes_nothing(ledger: Ledger) -> None:
    """With characters changed at random, an entry that still passes has the same content as before."""
    chance, text = random.Random(5), json.dumps(_entry(ledger, 5), ensure_ascii=False)
    for _ in range(400):
        at = chance.randrange(len(text))
        bent = text[:at] + chance.choice('0129aZ+/="{}[], \\') + text[at + 1 :]
        try:
            said = verifier.parse(bent.encode(), "x")
            found = verifier.check_entry(said, str(KEY.verifier), None)
        except (verifier.Wrong, UnicodeError):
            continue
        assert found == "entry 5 stands in the ledger example.org/walk"
        assert said["header"] == json.loads(text)["header"]


def test_another_key_and_a_misspelt_one_prove_nothing(ledger: Ledger) -> None:
    """Only the key that signed opens a checkpoint."""
    said, key = _entry(ledger, 2), str(KEY.verifier)
    other = str(make_key("example.org/walk", bytes([1] * 32)).verifier)
    for wrong in (other, key[:-1], key.replace("+", " ", 1), "", "x+y", key.replace("walk", "wall")):
        with pytest.raises(verifier.Wrong):
            verifier.check_entry(said, wrong, None)


def test_consistency_is_proved_between_any_two_checkpoints(ledger: Ledger) -> None:
    """Each older checkpoint begins each newer; a bent proof, turned sizes and another root do not pass."""
    heads = {size: text for size, _, text in ledger.checkpoints()}
    for first in range(SIZE + 1):
        for second in range(first, SIZE + 1):
            proof = [base64.b64encode(one).decode() for one in ledger.consistency(first, second)]
            said = {"old": heads[first], "new": heads[second], "proof": proof}
            assert f"the {first} entries" in verifier.check_growth(said, str(KEY.verifier))
            bends = [{**said, "proof": [*proof, proof[0] if proof else base64.b64encode(bytes(32)).decode()]}]
            bends += [{**said, "old": heads[second], "new": heads[first]}] if first != second else []
            bends += [{**said, "proof": proof[1:]}] if proof else []
            for bend in bends:
                with pytest.raises(verifier.Wrong):
                    verifier.check_growth(bend, str(KEY.verifier))


def _bytes(text: str | None) -> bytes:
    return base64.b64decode(text or "")


def _agree(said: dict[str, Any]) -> bool:
    """Return whether a vector holds, by the product's tree code, which must agree with the independent verifier."""
    proof = [_bytes(one) for one in said["proof"] or []]
    if "leafIdx" in said:
        place, size = said["leafIdx"], said["treeSize"]
        ours = check_inclusion(_bytes(said["leafHash"]), place, size, proof, _bytes(said["root"]))
    else:
        roots = {"old_root": _bytes(said["root1"]), "new_root": _bytes(said["root2"])}
        ours = check_consistency(said["size1"], said["size2"], proof, **roots)
    try:
        verifier.check_vector(verifier.parse(json.dumps(said).encode(), "x"))
    except verifier.Wrong:
        assert not ours
        return False
    assert ours
    return True


@pytest.mark.skipif(not VECTORS, reason="the vectors of others are not there: name their folder in COMPTROLLER_DATA")
def test_vectors_of_others_hold_or_are_rejected() -> None:
    """Each vector of the Go implementation is accepted or rejected as it states, by both."""
    wrong = []
    for path in VECTORS:
        said = json.loads(path.read_text(encoding="utf-8"))
        if _agree(said) == said["wantErr"]:
            wrong.append(path.name)
    assert wrong == []


def test_vectors_of_our_own_hold_and_bent_ones_are_rejected(ledger: Ledger) -> None:
    """Bare proofs drawn from a ledger hold; another place, size, root or step does not, by both."""
    encode = lambda one: base64.b64encode(one).decode()  # noqa: E731
    for place in range(SIZE):
        receipt = ledger.receipt(place + 1)
        root = ledger.checkpoint().root
        said = {"leafIdx": place, "treeSize": SIZE, "root": encode(root), "leafHash": encode(receipt.leaf)}
        said["proof"] = [encode(one) for one in receipt.proof]
        assert _agree(said)
        for other in {*range(-1, 20), SIZE, place + SIZE} - {place}:
            assert not _agree({**said, "leafIdx": other})
        for other in {-1, 0, place, *range(2 * SIZE, 20)}:
            assert not _agree({**said, "treeSize": other})
        assert not _agree({**said, "root": said["leafHash"]})
        assert not _agree({**said, "proof": [*said["proof"][::-1], said["root"]]})


def test_the_command_line_answers_with_a_word_and_an_exit_code(
    ledger: Ledger, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """0 with what is proved, 1 with the reason, 2 for wrong use; a file that is missing or no JSON is no trace."""
    good, bad, key = tmp_path / "good.json", tmp_path / "bad.json", str(KEY.verifier)
    good.write_text(json.dumps(_entry(ledger, 4)), encoding="utf-8")
    bad.write_bytes(b"\xff\xfe{")
    assert verifier.main([str(good), key]) == 0
    assert capsys.readouterr().out == "entry 4 stands in the ledger example.org/walk\n"
    for words in ([str(bad), key], [str(tmp_path / "none"), key], [str(good), "x"], [str(tmp_path), key]):
        assert verifier.main(words) == 1
        assert capsys.readouterr().err.startswith("does not hold: ")
    for words in ([], ["vectors"], [str(good)], ["consistency", str(good)]):
        assert verifier.main(words) == 2
    assert verifier.main(["vectors", str(good)]) == 1
    grown = tmp_path / "grown.json"
    proof = [base64.b64encode(one).decode() for one in ledger.consistency(2)]
    grown.write_text(
        json.dumps({"old": ledger.checkpoint(2).text, "new": ledger.checkpoint().text, "proof": proof}),
        encoding="utf-8",
    )
    assert verifier.main(["consistency", str(grown), key]) == 0
