"""Names that are close to an unknown name, for the answer to a typing error."""

from collections.abc import Collection
from difflib import SequenceMatcher, get_close_matches

from comptroller import texts
from comptroller.model.text import Text, message

_MOST = 3
_CLOSE = 0.6
Texts = tuple[str, str]
"""A text in Chinese and in English."""


def near(name: str, known: Collection[str]) -> list[str]:
    """Return at most three known names close to `name`, the closest first, without regard to case or the folder of a
    path.

    >>> near("Paymnt", ["payment", "stake", "entity"])
    ['payment']
    """
    wanted = name.strip().lower()
    by_form: dict[str, list[str]] = {}
    for known_name in sorted(known):
        for form in {known_name.lower(), known_name.lower().rsplit("/", 1)[-1]}:
            by_form.setdefault(form, []).append(known_name)
    scored: dict[str, float] = {}
    for form in get_close_matches(wanted, by_form, n=_MOST, cutoff=_CLOSE):
        score = SequenceMatcher(None, wanted, form).ratio()
        for known_name in by_form[form]:
            scored[known_name] = max(score, scored.get(known_name, 0.0))
    if len(wanted) >= 3:
        inside = [known_name for form, names in sorted(by_form.items()) if wanted in form for known_name in names]
        for known_name in inside:
            scored.setdefault(known_name, _CLOSE)
    return sorted(scored, key=lambda known_name: (-scored[known_name], known_name))[:_MOST]


def suggest(name: str, known: Collection[str], otherwise: Text) -> Text:
    """Return how to correct a name: the close names first, then `otherwise`, such as where all names are listed.

    >>> suggest("stak", ["stake"], Text(en="Check the name.")).en
    'Did you mean stake? Check the name.'
    """
    close = near(name, known)
    if not close:
        return otherwise
    names = Text((language, texts.translate(language, "near.or").join(close)) for language in texts.languages())
    return message("near.suggest", names=names, otherwise=otherwise)


def did_you_mean(name: str, known: Collection[str], otherwise: Texts) -> Texts:
    """Return the text of `suggest` as a pair (zh, en).

    >>> did_you_mean("stak", ["stake"], ("核对名称", "Check the name."))
    ('是否指 stake？核对名称', 'Did you mean stake? Check the name.')
    """
    text = suggest(name, known, Text(zh=otherwise[0], en=otherwise[1]))
    return text.zh, text.en


def listing(known: Collection[str], most: int = 12) -> Text:
    """Return names as one text: all of a few names; of many, the first ones and the number of the others.

    >>> listing(["b", "a"]).en
    'a, b'
    """
    names = sorted(known)
    if len(names) <= most:
        return message("near.list", names=names)
    return message("near.cut", names=names[:most], rest=len(names) - most)


def listed(known: Collection[str], most: int = 12) -> Texts:
    """Return the text of `listing` as a pair (zh, en).

    >>> listed(["b", "a"])
    ('a、b', 'a, b')
    """
    text = listing(known, most)
    return text.zh, text.en
