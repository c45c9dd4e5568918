"""JSON facts read one by one with exact places: dictionaries in, text columns out, a refusal for each fault."""

import json
from collections import Counter
from collections.abc import Callable, Sequence
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from itertools import chain
from operator import itemgetter
from typing import Any

import msgspec
import pyarrow as pa

from comptroller.intake.columns import blank_to_null, names_refused, own_name, sound_values, values_refused
from comptroller.intake.limits import Limits
from comptroller.intake.messages import Place, reject
from comptroller.intake.raw_table import LINE
from comptroller.model.refusal import Refusal

Fact = dict[str, Any]
_GAPS = (b" :", b"\t:", b"\n:", b"\r:")
_EXPONENT_MAX = 9999
_KIND_CHARS = 200
_TEXTUAL = frozenset({str, type(None)})
_HUGE = "a number of too many digits"


def plain(number: str, digits: int) -> str:
    """Return a number's text without exponent and without zeros at its end; ValueError beyond so many digits.

    >>> plain("1.10", 40), plain("1e3", 40), plain("-0.0", 40)
    ('1.1', '1000', '0')
    """
    try:
        value = Decimal(number)
    except InvalidOperation as fault:
        raise ValueError(_HUGE) from fault
    _, own, exponent = value.as_tuple()
    assert isinstance(exponent, int)
    if abs(exponent) > _EXPONENT_MAX or max(len(own) + exponent, 0) + max(-exponent, 0) > digits:
        raise ValueError(_HUGE)
    text = format(value, "f")
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text in {"-0", ""} else text


@lru_cache(maxsize=8)
def decoder(digits: int) -> Callable[[bytes], Any]:
    """Return the function that decodes JSON with decimal numbers as their plain text."""

    def number(text: str) -> str:
        if text[-1] != "0" and len(text) <= digits and "e" not in text and "E" not in text:
            return text
        return plain(text, digits)

    return msgspec.json.Decoder(float_hook=number).decode


def decode(payload: bytes, place: Place, limits: Limits) -> tuple[Any, list[Refusal]]:
    """Return the value of one JSON text, or its refusal: syntax, a number too long, a repeated name, too deep."""
    try:
        value = decoder(limits.digits)(payload)
    except RecursionError:
        return None, [reject("intake.json.depth", place, "-", limit=limits.depth)]
    except UnicodeDecodeError as fault:
        return None, [reject("intake.file.encoding", place, fault, also="")]
    except msgspec.ValidationError as fault:
        return None, [reject("intake.json.number", place, fault, limit=limits.digits)]
    except msgspec.DecodeError as fault:
        return None, [reject("intake.json.syntax", place, fault)]
    if repeats(payload, key_count(value)):
        file, line, _ = place
        return value, [reject("intake.json.twice", (file, line, key), key) for key in _repeated_names(payload)]
    return value, []


def key_count(value: object) -> int:
    """Count the names in all objects within a value, however deep."""
    count, waiting = 0, [value]
    while waiting:
        node = waiting.pop()
        if type(node) is dict:
            count += len(node)
            waiting.extend(v for v in node.values() if type(v) is dict or type(v) is list)
        elif type(node) is list:
            waiting.extend(v for v in node if type(v) is dict or type(v) is list)
    return count


def repeats(payload: bytes, keys: int) -> bool:
    """Return whether an object may contain a name twice: never False where one does.

    Each name in the text is followed by `":`, unless blanks come between. So there are at least as many as names.
    """
    return payload.count(b'":') != keys or any(gap[:1] in payload and gap in payload for gap in _GAPS)


def may_repeat(texts: Sequence[bytes], values: Sequence[object]) -> bool:
    """Return whether one of many texts may contain a name twice in an object: never False where one does."""
    joined = b"".join(texts)
    lists = [value for value in values if type(value) is list]
    facts = [value for value in values if type(value) is dict] + [fact for value in lists for fact in value]
    flat = joined.count(b"{") == len(facts) and joined.count(b"[") == len(lists) and set(map(type, facts)) <= {dict}
    return repeats(joined, sum(map(len, facts)) if flat else sum(map(key_count, values)))


def _repeated_names(payload: bytes) -> list[str]:
    """Return the names that occur twice in one object."""
    repeated: list[str] = []

    def look(pairs: list[tuple[str, Any]]) -> None:
        counts = Counter(name for name, _ in pairs)
        repeated.extend(name for name, count in counts.items() if count > 1)

    try:
        json.loads(payload.decode(), object_pairs_hook=look, parse_int=str, parse_float=str)
    except (ValueError, RecursionError):
        return ["?"]
    return repeated


def kinds_of(facts: Sequence[Fact], kind: str | None) -> tuple[dict[str, list[int]], list[tuple[int, object]]]:
    """Return the facts' positions by kind, and the positions of those that name no sound kind, with what they name.

    Where `kind` is None the facts name it themselves, and the name is taken off them; else `kind` is a field like any
    other.
    """
    if kind is not None:
        return {kind: list(range(len(facts)))}, []
    groups: dict[str, list[int]] = {}
    wrong: list[tuple[int, object]] = []
    for position, fact in enumerate(facts):
        named = taken_kind(fact)
        if is_kind(named):
            groups.setdefault(named, []).append(position)
        else:
            wrong.append((position, named))
    return groups, wrong


def taken_kind(fact: Fact) -> Any:
    """Return the kind that a fact names and remove it from the fact; '' where it names none. It need not be a
    valid kind.
    """
    kind = fact.pop("kind", None)
    return "" if kind is None else kind


def is_kind(value: object) -> bool:
    """Return whether a value may be the name of a kind; '' means that none is named."""
    return type(value) is str and len(value) <= _KIND_CHARS and value.isprintable()


def columns_of(facts: Sequence[Fact]) -> tuple[list[str], list[Sequence[Any]]]:
    """Return the facts' names, in order of appearance, and for each its values."""
    first = list(facts[0])
    if len(first) > 1 and set(map(len, facts)) == {len(first)}:
        try:
            return first, list(zip(*map(itemgetter(*first), facts), strict=True))
        except KeyError:
            pass
    names = list(dict.fromkeys(chain.from_iterable(facts)))
    return names, [[fact.get(name) for fact in facts] for name in names]


class WrongValue(Exception):
    """A value that no column holds: its position among the rows, the code of the refusal."""

    def __init__(self, position: int, code: str) -> None:
        """Store the position of the fault and its code."""
        super().__init__(position, code)
        self.position, self.code = position, code


def texts_of(values: Sequence[Any], limits: Limits) -> Sequence[str | None]:
    """Return JSON values as text; WrongValue for the first that cannot be."""
    if set(map(type, values)) <= _TEXTUAL:
        return values
    texts: list[str | None] = []
    for position, value in enumerate(values):
        if value is None or type(value) is str:
            texts.append(value)
        elif type(value) is int:
            text = str(value)
            if len(text) > limits.digits:
                raise WrongValue(position, "intake.json.number")
            texts.append(text)
        elif type(value) is bool:
            texts.append("true" if value else "false")
        elif _depth(value) > limits.depth:
            raise WrongValue(position, "intake.json.depth")
        else:
            texts.append(msgspec.json.encode(value).decode())
    return texts


def facts_table(
    facts: Sequence[Fact], lines: Sequence[int], name: str, limits: Limits
) -> tuple[pa.Table, list[Refusal]]:
    """Return facts of one kind as a raw table, and the refusals of their values."""
    names, columns = columns_of(facts)
    refusals = names_refused(names, (name, None, ""), limits)
    if refusals:
        return None, refusals
    texts: list[str | None] = []
    for field, values in zip(names, columns, strict=True):
        try:
            texts.extend(texts_of(values, limits))
        except WrongValue as wrong:
            place = (name, lines[wrong.position], field)
            limit = limits.digits if wrong.code == "intake.json.number" else limits.depth
            refusals.append(reject(wrong.code, place, values[wrong.position], limit=limit))
    if refusals:
        return None, refusals
    # All columns are one array, cut up after: fewer calls into Arrow, which is what small batches cost.
    joined, rows = blank_to_null(pa.array(texts, pa.string())), len(facts)
    cut = [joined.slice(at * rows, rows) for at in range(len(names))]
    table = pa.table([*cut, pa.array(lines, pa.int64())], names=[*map(own_name, names), LINE])
    if not texts or sound_values(joined, limits):
        return table, []
    return table, values_refused(table, name, limits)


def _depth(value: object) -> int:
    """Count the lists and objects within each other, the fact's own object included."""
    depth, level = 1, [value]
    while level:
        inner: list[object] = []
        for node in level:
            values = node.values() if type(node) is dict else node if type(node) is list else ()
            inner.extend(v for v in values if type(v) is dict or type(v) is list)
        depth, level = depth + 1, inner
    return depth
