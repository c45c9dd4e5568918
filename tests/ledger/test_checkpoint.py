"""Laws of checkpoints and notes: they are C2SP's, one spelling each, and nothing unsigned is believed."""

import base64

import pytest
from hypothesis import given, settings, strategies as st

from comptroller.ledger.checkpoint import (
    NoteRefused,
    open_checkpoint,
    open_note,
    parse_checkpoint,
    sign_checkpoint,
    sign_note,
    split_note,
)
from comptroller.ledger.key import VerifierKey, make_key

# The example of the reference implementation of signed notes.
PETER = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
PETER_SEED = base64.b64decode("AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz")[1:]
PETER_BODY = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n"
PETER_NOTE = (
    PETER_BODY
    + "\n\u2014 PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6"
    "RyyBwJnAM=\n"
)
# The examples in the texts of the specifications; their keys are not published.
SPEC_NOTE = (
    "Ognuno sta solo sul cuor della terra\ntrafitto da un raggio di sole:\n\ned \u00e8 subito sera.\n\n"
    "\u2014 quasimodo.example/salvatore NnugSzTjtVAewIS+Z/iJhUPeFDkO/5QQ2i5ddnGITLlC+EhfLW9oJKONrMouFSQU0xMcXxj99ihAQwaqP3"
    "ZekRwNtIc=\n"
)
SPEC_CHECKPOINT = (
    "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n\n"
    "\u2014 example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+x"
    "eMcTOAYQ8=\n"
)
ORIGIN = "owner.example/ledger"
KEY = make_key(ORIGIN, bytes(range(32)))
ROOT = bytes(range(32))


def test_the_reference_note_is_reproduced() -> None:
    """The reference key signs the reference text to the published note, byte for byte, and it opens."""
    key = make_key("PeterNeumann", PETER_SEED)
    assert str(key.verifier) == PETER
    assert sign_note(PETER_BODY, key) == PETER_NOTE
    assert open_note(PETER_NOTE, VerifierKey.parse(PETER)) == PETER_BODY


def test_the_specifications_examples_are_read() -> None:
    """The note with an empty line inside, and the checkpoint, are read as the specifications mean them."""
    body, signatures = split_note(SPEC_NOTE)
    assert body.endswith("sera.\n")
    assert [(line.name, len(line.value)) for line in signatures] == [("quasimodo.example/salvatore", 64)]
    head = parse_checkpoint(SPEC_CHECKPOINT)
    assert (head.origin, head.size, head.root.hex()[:8]) == ("example.com/behind-the-sofa", 20852163, "0ac5186a")


def test_a_checkpoint_has_the_exact_lines() -> None:
    """Origin, size, root in base64, an empty line, one signature; and it opens again."""
    head = sign_checkpoint(ORIGIN, 7, ROOT, KEY)
    lines = head.text.split("\n")
    assert lines[:4] == [ORIGIN, "7", base64.b64encode(ROOT).decode(), ""]
    assert lines[4].startswith(f"\u2014 {ORIGIN} ")
    assert lines[5:] == [""]
    assert open_checkpoint(head.text, ORIGIN, KEY.verifier) == head


@settings(max_examples=400, deadline=None)
@given(st.integers(0, 10**6), st.integers(1, 255))
def test_any_flipped_byte_is_found(at: int, mask: int) -> None:
    """A checkpoint with any byte changed does not open, the unused bits of base64 included."""
    raw = bytearray(sign_checkpoint(ORIGIN, 1234, ROOT, KEY).text.encode())
    raw[at % len(raw)] ^= mask
    with pytest.raises((NoteRefused, UnicodeDecodeError)):
        open_checkpoint(bytes(raw).decode(), ORIGIN, KEY.verifier)


@settings(max_examples=300, deadline=None)
@given(st.text())
def test_rubbish_is_refused_by_name(text: str) -> None:
    """Any text is a note or is rejected as one."""
    for given_text in (text, PETER_BODY + text, SPEC_CHECKPOINT + text):
        with pytest.raises(NoteRefused):
            open_note(given_text, KEY.verifier)


def test_a_witness_may_sign_too() -> None:
    """Signatures of other keys are passed over, and the own one still opens the note."""
    text = sign_checkpoint(ORIGIN, 1, ROOT, KEY).text
    other = sign_note(text.rpartition("\n\n")[0] + "\n", make_key("witness.example", bytes(32))).rpartition("\n\n")[2]
    assert open_checkpoint(text + other, ORIGIN, KEY.verifier).size == 1


def test_another_key_does_not_open() -> None:
    """A note signed by another key, of another name or with the same name, is rejected; so is another origin."""
    text = sign_checkpoint(ORIGIN, 1, ROOT, KEY).text
    for stranger in (make_key("another.example", bytes(range(32))), make_key(ORIGIN, bytes(32))):
        with pytest.raises(NoteRefused, match="not signed by"):
            open_note(text, stranger.verifier)
    with pytest.raises(NoteRefused, match="expected one of"):
        open_checkpoint(sign_checkpoint("other", 1, ROOT, KEY).text, ORIGIN, KEY.verifier)


@pytest.mark.parametrize(
    "body",
    ["o\n01\nROOT\n", "o\n-1\nROOT\n", "o\n1\nAAAA\n", "o\n1\n", "o\n\n1\nROOT\n", "\n1\nROOT\n", "o\n\u0661\nROOT\n"],
)
def test_a_signed_body_of_another_form_is_no_checkpoint(body: str) -> None:
    """A signature does not make a checkpoint of what has not its form."""
    text = sign_note(body.replace("ROOT", base64.b64encode(ROOT).decode()), KEY)
    with pytest.raises(NoteRefused):
        parse_checkpoint(text)


@pytest.mark.parametrize("body", ["", "no newline", "tab\t\n", "return\r\n", "nul\x00\n"])
def test_a_text_that_cannot_be_a_note_is_not_signed(body: str) -> None:
    """Only a text of the right form is signed."""
    with pytest.raises(NoteRefused):
        sign_note(body, KEY)


def test_an_impossible_head_is_not_signed() -> None:
    """No checkpoint states a negative size, a short root, or an origin of two lines."""
    for origin, size, root in ((ORIGIN, -1, ROOT), (ORIGIN, 1, b""), ("two\nlines", 1, ROOT), ("", 1, ROOT)):
        with pytest.raises(NoteRefused):
            sign_checkpoint(origin, size, root, KEY)
