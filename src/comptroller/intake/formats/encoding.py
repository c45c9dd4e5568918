"""Which encoding a text file is in: UTF-8, UTF-16 with its mark, or GB18030 or Big5 as Chinese spreadsheets save CSV."""

import codecs
from collections import Counter

_STEP = 1 << 20
_SOUND, _CORE, _COMMON, _PLAINLY = 0.95, 0.9, 0.7, 0.9
"""The least shares of signs of Chinese text, of characters in an encoding's core, and of common ones: usual, plainly so."""
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

    Most pairs of bytes decode to some character, so decoding alone proves nothing. Chinese text is written nearly
    wholly in characters of GB2312; German or Japanese text that is read as Chinese is not.

    >>> from_gb18030("付款".encode("gbk"))
    '付款'
    >>> from_gb18030("Müller & Söhne".encode("cp1252")), from_gb18030("株式会社東京商事".encode("shift_jis"))
    (None, None)
    """
    text, share = _usual(payload, "gb18030", "gb2312", (0xB0, 0xD7))
    return text if share >= _COMMON else None


def chinese_readings(payload: bytes) -> dict[str, str]:
    """Return by encoding the texts that bytes can be: one, or GB18030 and Big5 where neither is more usual.

    >>> chinese_readings("付款單位".encode("big5"))
    {'Big5': '付款單位'}
    """
    text, share = _usual(payload, "gb18030", "gb2312", (0xB0, 0xD7))
    if share >= _PLAINLY:
        return {"GB18030": text}
    other, other_share = _usual(payload, "big5", "big5", (0xA4, 0xC6))
    found = {"GB18030": (text, share), "Big5": (other, other_share)}
    return {encoding: read for encoding, (read, usual) in found.items() if usual >= _COMMON}


def _usual(payload: bytes, encoding: str, core: str, first_level: tuple[int, int]) -> tuple[str, float]:
    """Return the decoded text, and the share of common characters among its Chinese ones; 0 where it is another text."""
    try:
        text = payload.decode(encoding)
    except UnicodeDecodeError:
        return "", 0.0
    counts = Counter(c for c in text if not c.isascii())
    usual = sum(n for c, n in counts.items() if any(low <= ord(c) <= high for low, high in _CHINESE))
    codes = {c: c.encode(core, "ignore") for c in counts if "\u4e00" <= c <= "\u9fff"}
    han = sum(counts[c] for c in codes)
    in_core = sum(counts[c] for c, code in codes.items() if code)
    common = sum(counts[c] for c, code in codes.items() if code and first_level[0] <= code[0] <= first_level[1])
    if usual < _SOUND * counts.total() or in_core < _CORE * han:
        return "", 0.0
    return text, common / han if han else 1.0
