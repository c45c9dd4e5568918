"""Made-up names and codes: they belong to no real person or firm."""

from random import Random

_CHARS = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_WEIGHTS = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)
_FIRST = "澜潮汀屿帆礁渚湄湾浔泊溟澄渝沐汐"
_SECOND = "远衡信岳嘉煦恒朗越铭辰邦启硕韵谦"
_TRADES = ("建材", "机电", "劳务", "燃料", "仓储", "运输", "检测", "物业", "软件", "绿化", "钢构", "船舶配件")
_SURNAMES = "闻蔺郁屈逄鄢仇缪储戚"
_GIVEN = "望潮听澜守港知汀怀远临川惟清素简行舟"


def credit_code(number: int) -> str:
    """Return a code of the form of a unified social credit code, in a region that does not exist (990000).

    >>> credit_code(1)
    '91990000MA0WG0001F'
    """
    body = f"91990000MA0WG{number:04d}"
    total = sum(_CHARS.index(c) * w for c, w in zip(body, _WEIGHTS, strict=True))
    return body + _CHARS[(31 - total) % 31]


def supplier(number: int) -> str:
    """Return the name of a supplier or customer; each number has its own.

    >>> supplier(0), supplier(1) == supplier(2)
    ('望港澜远建材有限公司', False)
    """
    trade = _TRADES[number % len(_TRADES)]
    number //= len(_TRADES)
    first = _FIRST[number % len(_FIRST)]
    second = _SECOND[(number // len(_FIRST)) % len(_SECOND)]
    return f"望港{first}{second}{trade}有限公司"


def person(number: int) -> str:
    """Return a person's key: a made-up name and a number, never an identity number.

    >>> person(7)
    'P0007'
    """
    return f"P{number:04d}"


def signer_name(number: int) -> str:
    """Return the made-up name of the holder of a post that signs; it is never reported, only its digest.

    >>> signer_name(0), signer_name(91)
    ('闻望潮', '郁望潮')
    """
    pairs = len(_GIVEN) // 2
    at = 2 * (number // len(_SURNAMES) % pairs)
    return _SURNAMES[(number + number // (len(_SURNAMES) * pairs)) % len(_SURNAMES)] + _GIVEN[at : at + 2]


def person_name(random: Random) -> str:
    """Return a made-up person's name, for payees who are persons."""
    at = random.randrange(0, len(_GIVEN) - 1, 2)
    return random.choice(_SURNAMES) + _GIVEN[at : at + 2]
