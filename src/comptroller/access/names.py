"""Sign-in names: how they are compared, by folded form and by the shape that a reader sees.

- Two names are the same if their folded forms are equal (NFKC, case, invisible characters removed).
- A name is rejected if its letters are of scripts that look alike, or if it looks like another name.
"""

import unicodedata
from collections.abc import Iterable

from comptroller.model.refusal import Refusal, refusal
from comptroller.model.text import Text, message

MOST_CHARACTERS = 60
_MARKS = "._-@"
_ALONGSIDE = frozenset({"LATIN", "CJK", "HIRAGANA", "KATAKANA", "HANGUL", "BOPOMOFO"})
"""Scripts that may be mixed in one name; any other script must be alone."""
_LOOKS = str.maketrans(
    {
        **dict(zip("авгезіїӏјкмнорсԛѕтухһԁԝьбп", "abrezii" + "ljkmhopcqstyxhdwb6n", strict=True)),
        **dict(zip("αβγεηικμνορτυχωϲϳ", "abyenikuvoptuxwcj", strict=True)),
        **dict(zip("աոսօքյհցԼզ", "wnuoqjhglq", strict=True)),
        **dict(zip("ıɩɪɑɡɛɴʀʏʟʜɢᴀᴄᴅᴇᴊᴋᴍᴏᴘᴛᴜᴠᴡᴢłøđħ", "iiiagenrylhgacdejkmoptuvwzlodh", strict=True)),
        "0": "o",
        "1": "l",
        "|": "l",
        "ӏ": "l",
        "ß": "ss",
        "æ": "ae",
        "œ": "oe",
    }
)
_PAIRS = (("rn", "m"), ("vv", "w"), ("cl", "d"))


def folded(name: str) -> str:
    r"""Return a name as it is compared: NFKC, case folded, without invisible characters and spaces around it.

    >>> folded(" ｉn\u200bTernal ")
    'internal'
    """
    plain = unicodedata.normalize("NFKC", name)
    visible = "".join(c for c in plain if not _is_invisible(c))
    return unicodedata.normalize("NFKC", visible.casefold()).strip()


def _is_invisible(c: str) -> bool:
    category = unicodedata.category(c)
    is_variation = "\ufe00" <= c <= "\ufe0f" or "\U000e0100" <= c <= "\U000e01ef"
    return (
        category in ("Cf", "Cc", "Cs", "Co", "Cn", "Zl", "Zp")
        or is_variation
        or c in "\u034f\u115f\u1160\u3164\uffa0\u17b4\u17b5"
    )


def looks(name: str) -> str:
    """Return the shape of a name: letters that look alike are equal, marks above and below letters are removed.

    >>> looks("аuthоr") == looks("author"), looks("interna1") == looks("internal")
    (True, True)
    """
    apart = unicodedata.normalize("NFD", folded(name))
    plain = "".join(c for c in apart if unicodedata.category(c) != "Mn").translate(_LOOKS)
    for pair, letter in _PAIRS:
        plain = plain.replace(pair, letter)
    return plain


def scripts(name: str) -> frozenset[str]:
    """Return the scripts of the letters of a name.

    >>> sorted(scripts("王a")), sorted(scripts("а1"))
    (['CJK', 'LATIN'], ['CYRILLIC'])
    """
    return frozenset(unicodedata.name(c, "UNKNOWN").split(" ")[0] for c in name if c.isalpha())


def fault_of(name: str) -> Refusal | None:
    """Return why a folded name is rejected; None for an acceptable name."""
    strange = [c for c in name if not (c.isalnum() or c in _MARKS)]
    mixed = scripts(name)
    if not name or strange or len(name) > MOST_CHARACTERS:
        return _rejected(name[:MOST_CHARACTERS], message("desk.name.form:expected", limit=MOST_CHARACTERS))
    if mixed - _ALONGSIDE and len(mixed) > 1:
        return _rejected(f"{name}: {', '.join(sorted(mixed))}", message("desk.name.script:expected"))
    return None


def _rejected(seen: str, expected: Text) -> Refusal:
    return refusal("desk.name", ("", None, "login"), seen, expected, message("desk.name.form:fix"))


def taken_by(name: str, others: Iterable[str]) -> str:
    """Return which of other names a name looks like, or ''.

    >>> taken_by("Author", ["auditor", "author"]), taken_by("anna", ["author"])
    ('author', '')
    """
    shape = looks(name)
    return next((other for other in others if looks(other) == shape), "")
