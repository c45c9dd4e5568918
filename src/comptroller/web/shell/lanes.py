"""Lanes of requests: each lane has a separate count and separate slots for pages, so that a flood in one leaves
the others.
"""

PUBLIC, TIPS = "/public", "/public/tips"
GENERAL, OPEN = "", "public"
_TIPS = {TIPS: "tips", f"{TIPS}/ticket": "tips ticket", f"{TIPS}/lodge": "tips lodge", f"{TIPS}/read": "tips read"}
_TIPS |= {f"{TIPS}/write": "tips write"}
WORKED = frozenset(name for path, name in _TIPS.items() if path != TIPS)
"""Lanes without a count by client: their requests show work, or cost less than a refusal."""
_MOST = {"tips": 2, "tips ticket": 4, OPEN: 2}


def lane_of(path: str) -> str:
    """Return the lane of an address: each act of a tip-off has its own, other public pages share one.

    >>> lane_of("/public/tips/lodge"), lane_of("/public/enterprise"), lane_of("/findings")
    ('tips lodge', 'public', '')
    """
    path = path.rstrip("/")
    if path in _TIPS:
        return _TIPS[path]
    return OPEN if path == PUBLIC or path.startswith(f"{PUBLIC}/") else GENERAL


def slots_of(most_readers: int) -> dict[str, int]:
    """Return how many pages of each lane are made at once; lanes without pages are left out."""
    return {GENERAL: most_readers, **_MOST}
