"""Values of cells as bytes: copied as they lie, with a mark on what is to be looked at."""

import numpy as np

from comptroller.intake.formats.sheet_scan import ODD, PLAIN
from comptroller.intake.formats.sheet_texts import copy_texts, plain_numbers, scan_strings


def test_numbers_are_plain_as_they_are_shown():
    """A number is taken as it is written where a spreadsheet shows it so."""
    texts = [
        "0",
        "1",
        "-1.5",
        "0.25",
        "100",
        "123456789012345",
        "-0",
        "01",
        "1.0",
        "1.",
        ".5",
        "1e5",
        "+1",
        "",
        "1234567890123456",
        "0.10",
    ]
    part = np.frombuffer("".join(texts).encode(), dtype=np.uint8)
    ends = np.cumsum([len(one) for one in texts])
    plain = np.zeros(len(texts), dtype=np.bool_)
    plain_numbers(part, np.concatenate(([0], ends[:-1])), ends, plain)
    assert [text for text, is_plain in zip(texts, plain, strict=True) if is_plain] == texts[:6]


def test_texts_are_copied_with_what_is_to_be_looked_at():
    """Entities, escapes and first signs of formulas are marked; all else is copied as it lies."""
    texts = ["plain", "a&amp;b", "_x000D_", "=x", "望"]
    part = "".join(texts).encode()
    ends = np.cumsum([len(one.encode()) for one in texts])
    starts = np.concatenate(([0], ends[:-1]))
    offsets, data = np.empty(len(texts) + 1, dtype=np.int32), np.empty(len(part), dtype=np.uint8)
    marks = np.zeros(len(texts), dtype=np.uint8)
    copy_texts(np.frombuffer(part, dtype=np.uint8), starts, ends, offsets, data, marks)
    assert (marks.tolist(), data.tobytes(), offsets.tolist()) == ([0, 1, 2, 4, 0], part, [0, *ends.tolist()])


def test_shared_texts_are_found():
    """Each text between its marks is found, empty ones among them; formatted runs and comments are reported as odd."""
    part = b'<?xml version="1.0"?><sst><si><t>a</t></si><si><t xml:space="preserve"> b</t></si><si><t/></si><si/></sst>'
    starts, ends = np.empty(9, dtype=np.int64), np.empty(9, dtype=np.int64)
    assert scan_strings(np.frombuffer(part, dtype=np.uint8), starts, ends) == (PLAIN, 4)
    assert [part[a:b] for a, b in zip(starts[:4], ends[:4], strict=True)] == [b"a", b" b", b"", b""]
    for odd in (b"<si><r><t>a</t></r></si>", b"<si><!-- x --><t>a</t></si>", b"<si><t>a</t><t>b</t></si>", b"<si><t>a"):
        assert scan_strings(np.frombuffer(b"<sst>" + odd, dtype=np.uint8), starts, ends)[0] == ODD, odd
