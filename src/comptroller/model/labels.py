"""Labels compared without blanks, widths, brackets and case, as headers of tables are written by people."""

import re

_SIGNS = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {0x3010: 0x5B, 0x3011: 0x5D}
_BLANKS = re.compile("[\\s\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff]+")
_UNIT = re.compile(
    r"(?P<label>.+?)(?:[(\[](?P<unit>[^()\[\]]+)[)\]]|[:,/_-](?:单位[:：]?)?(?P<behind>[^()\[\]:,/_-]+))"
)


def plain_label(text: str) -> str:
    r"""Return a label without blanks, line breaks and the star of a required field, in half width and lower case.

    >>> plain_label("金额\n（元） ＊"), plain_label("Paid On*")
    ('金额(元)', 'paidon')
    """
    return _BLANKS.sub("", text.translate(_SIGNS)).rstrip("*").casefold()


def unit_of(label: str) -> tuple[str, str]:
    """Return a plain label without the unit behind it, and the unit; '' where it has none.

    >>> unit_of("金额(万元)"), unit_of("金额"), unit_of("金额_万元")
    (('金额', '万元'), ('金额', ''), ('金额', '万元'))
    """
    match = _UNIT.fullmatch(label)
    if match is None:
        return label, ""
    unit = match["unit"] or match["behind"]
    return match["label"], unit.removeprefix("单位:").removeprefix("单位")
