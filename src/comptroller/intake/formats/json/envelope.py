"""The envelope of a JSON report is removed: the facts in it, with their kinds and lines."""

from collections.abc import Iterator, Sequence
from io import BytesIO

import msgspec

from comptroller.intake.formats.encoding import other_unicode, utf8_fault, without_bom
from comptroller.intake.formats.json.facts import decode, is_kind
from comptroller.intake.limits import Limits
from comptroller.intake.messages import reject
from comptroller.model.refusal import Refusal

_CHUNK_BYTES = 1 << 20
_CHUNK_FACTS = 2000
_TOP = msgspec.json.Decoder(dict[str, msgspec.Raw])
_LIST = msgspec.json.Decoder(list[msgspec.Raw])
Part = tuple[str | None, Sequence[int], Sequence[bytes]]
"""Facts of one kind (None where each may name its own): the kind, their lines, their texts."""


def sound(payload: bytes, name: str, limits: Limits) -> tuple[bytes, list[Refusal]]:
    """Return the bytes without a byte order mark, or why they are no UTF-8 text."""
    place = (name, None, "")
    if len(payload) > limits.bytes_in:
        return b"", [reject("intake.file.size", place, len(payload), limit=limits.bytes_in)]
    if other := other_unicode(payload):
        return b"", [reject("intake.file.encoding", place, other, also="")]
    payload = without_bom(payload)
    if (fault := utf8_fault(payload)) is not None:
        line = payload.count(b"\n", 0, fault) + 1
        return b"", [reject("intake.file.encoding", (name, line, ""), payload[fault : fault + 8].hex(" "), also="")]
    if (fault := payload.find(b"\0")) >= 0:
        return b"", [reject("intake.file.nul", (name, payload.count(b"\n", 0, fault) + 1, ""), f"byte {fault}")]
    return payload, []


def parts_of(payload: bytes, name: str, limits: Limits, outer: str | None) -> tuple[list[Part], list[Refusal]]:
    """Return the facts of a JSON report as they are in the text, by the kind that the envelope names."""
    place = (name, None, "")
    if not payload:
        return [], [reject("intake.file.empty", place, "-")]
    try:
        if payload[:1] == b"[":
            return _listed(outer, payload, 1), []
        top = _TOP.decode(payload)
    except RecursionError:
        return [], [reject("intake.json.depth", place, "-", limit=limits.depth)]
    except msgspec.ValidationError as fault:
        return [], [reject("intake.json.shape", place, fault)]
    except (msgspec.DecodeError, UnicodeDecodeError) as fault:
        return [], [reject("intake.json.syntax", place, fault)]
    if "facts" not in top:
        return [(outer, [1], [payload])], []
    facts = bytes(top["facts"])
    _, refusals = decode(payload.replace(facts, b"null", 1) if len(facts) > 2 else payload, place, limits)
    strange = sorted(top.keys() - {"kind", "facts"})
    refusals += [reject("intake.json.shape", (name, None, field), field) for field in strange]
    kind = msgspec.json.decode(top["kind"]) if "kind" in top else None
    if kind is not None and not is_kind(kind):
        refusals.append(reject("intake.json.kind", (name, None, "kind"), kind))
    if refusals:
        return [], refusals
    return _named_lists(kind or outer, facts, name)


def _named_lists(kind: str | None, facts: bytes, name: str) -> tuple[list[Part], list[Refusal]]:
    """Return what an envelope's `facts` hold: a list, or a list for each kind."""
    try:
        if facts[:1] == b"[":
            return _listed(kind, facts, 1), []
        parts: list[Part] = []
        line = 1
        for named, content in _TOP.decode(facts).items():
            if not named or not is_kind(named):
                return [], [reject("intake.json.kind", (name, None, "facts"), named)]
            parts += _listed(named, bytes(content), line)
            line = parts[-1][1][-1] + 1 if parts else line
    except (msgspec.DecodeError, RecursionError) as fault:
        return [], [reject("intake.json.shape", (name, None, "facts"), fault)]
    return parts, []


def _listed(kind: str | None, facts: bytes, line: int) -> list[Part]:
    """Return a list's facts some at a time, numbered on from `line`."""
    texts = [bytes(text) for text in _LIST.decode(facts)]
    starts = range(0, len(texts), _CHUNK_FACTS)
    return [
        (kind, range(line + s, line + min(s + _CHUNK_FACTS, len(texts))), texts[s : s + _CHUNK_FACTS]) for s in starts
    ]


def line_parts(payload: bytes, kind: str | None) -> Iterator[Part]:
    """Yield the lines that hold something, some at a time."""
    stream, before = BytesIO(payload), 0
    while lines := stream.readlines(_CHUNK_BYTES):
        full = [(before + n, line) for n, line in enumerate(lines, start=1) if not line.isspace()]
        before += len(lines)
        if full:
            yield kind, [n for n, _ in full], [line for _, line in full]
