"""Which encoding a text file is in: UTF-8, or GB18030 for the sheets that Chinese spreadsheets save as CSV."""

import codecs

_STEP = 1 << 20
_BOMS = {
    codecs.BOM_UTF32_LE: "UTF-32",
    codecs.BOM_UTF32_BE: "UTF-32",
    codecs.BOM_UTF16_LE: "UTF-16",
    codecs.BOM_UTF16_BE: "UTF-16",
}
_CHINESE = (
    (0x00A4, 0x00F7),  # signs such as the middle dot, degree, multiplication
    (0x2010, 0x2312),  # dashes, quotes, ellipsis, Roman numerals, arrows, mathematics
    (0x2460, 0x266F),  # circled numbers, box drawing, shapes
    (0x3000, 0x33FF),  # CJK punctuation, kana, units
    (0x3400, 0x4DBF),
    (0x4E00, 0x9FFF),
    (0xF900, 0xFAFF),
    (0xFF00, 0xFFEF),  # full width
    (0x20000, 0x2FA1F),
)


def without_bom(payload: bytes) -> bytes:
    r"""Return the bytes without the mark that some programs put before UTF-8.

    >>> without_bom(b"\xef\xbb\xbfa")
    b'a'
    """
    return payload.removeprefix(codecs.BOM_UTF8)


def other_unicode(payload: bytes) -> str:
    """Name the encoding that a byte order mark announces when it is not UTF-8; '' where there is none."""
    return next((name for bom, name in _BOMS.items() if payload.startswith(bom)), "")


def utf8_fault(payload: bytes) -> int | None:
    r"""Return the offset of the first byte that is not UTF-8; None where all is.

    >>> utf8_fault("é".encode()), utf8_fault(b"ab\xe9")
    (None, 2)
    """
    if payload.isascii():
        return None
    decoder = codecs.getincrementaldecoder("utf-8")("strict")
    for start in range(0, len(payload), _STEP):
        step = payload[start : start + _STEP]
        pending = len(decoder.getstate()[0])
        try:
            decoder.decode(step, final=start + _STEP >= len(payload))
        except UnicodeDecodeError as fault:
            return start - pending + fault.start
    return None


def from_gb18030(payload: bytes) -> str | None:
    """Return the text of GB18030 bytes, or None where they are something else.

    Most pairs of bytes decode to some character, so decoding alone proves nothing. Text is accepted as GB18030 when it
    decodes without a fault and 95 of 100 characters beyond ASCII are common in Chinese text.

    >>> from_gb18030("付款".encode("gbk"))
    '付款'
    """
    try:
        text = payload.decode("gb18030")
    except UnicodeDecodeError:
        return None
    beyond = [ord(c) for c in set(text) if ord(c) > 0x7F]
    usual = {c for c in beyond if any(low <= c <= high for low, high in _CHINESE)}
    strange = [chr(c) for c in beyond if c not in usual]
    if not beyond:
        return text
    count = sum(map(text.count, strange)) if len(strange) <= len(beyond) // 2 else len(text)
    total = sum(1 for c in text if ord(c) > 0x7F) if strange else 1
    return text if count * 20 <= total else None
