"""Known names that are close to a name that is not known, for the answer to a mistyped one."""

from collections.abc import Collection
from difflib import SequenceMatcher, get_close_matches

_MOST = 3
_CLOSE = 0.6
Texts = tuple[str, str]
"""A text in Chinese and in English."""


def near(name: str, known: Collection[str]) -> list[str]:
    """Return at most three known names close to `name`, the closest first: letter case and the folder of a path may differ.

    >>> near("Paymnt", ["payment", "stake", "entity"])
    ['payment']
    """
    wanted = name.strip().lower()
    by_form: dict[str, list[str]] = {}
    for one in sorted(known):
        for form in {one.lower(), one.lower().rsplit("/", 1)[-1]}:
            by_form.setdefault(form, []).append(one)
    scored: dict[str, float] = {}
    for form in get_close_matches(wanted, by_form, n=_MOST, cutoff=_CLOSE):
        score = SequenceMatcher(None, wanted, form).ratio()
        for one in by_form[form]:
            scored[one] = max(score, scored.get(one, 0.0))
    if len(wanted) >= 3:
        inside = [one for form, names in sorted(by_form.items()) if wanted in form for one in names]
        for one in inside:
            scored.setdefault(one, _CLOSE)
    return sorted(scored, key=lambda one: (-scored[one], one))[:_MOST]


def did_you_mean(name: str, known: Collection[str], otherwise: Texts) -> Texts:
    """Return how to correct a name (zh, en): the close names first, then `otherwise`, such as where all are listed.

    >>> did_you_mean("stak", ["stake"], ("核对名称", "Check the name."))
    ('是否指 stake?核对名称', 'Did you mean stake? Check the name.')
    """
    found = near(name, known)
    if not found:
        return otherwise
    return f"是否指 {'、'.join(found)}?{otherwise[0]}", f"Did you mean {' or '.join(found)}? {otherwise[1]}"


def listed(known: Collection[str], most: int = 12) -> Texts:
    """Return names as one text (zh, en): all where they are few, else the first ones and how many more there are.

    >>> listed(["b", "a"])
    ('a、b', 'a, b')
    """
    names = sorted(known)
    if len(names) <= most:
        return "、".join(names), ", ".join(names)
    rest = len(names) - most
    return f"{'、'.join(names[:most])} 等,另有 {rest} 个", f"{', '.join(names[:most])} and {rest} more"
