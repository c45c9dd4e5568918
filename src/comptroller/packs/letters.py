"""Templates of letters, checked against a list of allowed words; everything else is rejected by its name and line.

A template is a program of the typesetter, which could read files, fetch packages and run text. The list below names all
words that a template may use outside of strings. An alias, a library module or a future function is not on it.

Why strings can be skipped: a quote outside of code is plain text to the typesetter, and could hide code from a reader
that takes it for a string. A string here is on one line. It holds no character that leads from text into code or back
(`#`, brackets, `$`, a raw mark, a block comment). So both readings of a quote hold text alone, and agree.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import islice

from comptroller.model.policy import LetterForm
from comptroller.model.refusal import Refusal, refusal

MOST_TEMPLATE = 100_000
"""Characters of one template."""
MOST_REFUSALS = 20
"""The most refusals for one template."""
_DATA = ("json", "(", "bytes", "(", "sys", ".", "inputs", ".", "said", ")", ")")
"""The only access to the values of a letter, by its tokens."""
_STEM = re.compile(r'"([a-z0-9_]+)\.typ"')
_TOKEN = re.compile(
    r"""(?P<comment>//[^\n]*)|(?P<string>"(?:\\.|[^"\\\n])*")|(?P<escape>\\u\{[0-9a-fA-F]{1,6}\}|\\.?)
    |(?P<number>\d+(?:\.\d+)?(?:pt|mm|cm|in|em|fr|deg|rad|%)?)|(?P<word>[^\W\d][\w-]*)|(?P<space>\s+)
    |(?P<sign>/\*|\*/|["`$@]|.)""",
    re.VERBOSE | re.DOTALL,
)
_OUTSIDE = ("/*", "*/", '"', "`", "$", "@")
"""Signs that lead to comments over lines, open strings, raw text, formulas, packages and references."""
_IN_STRING = re.compile(r"[\[\]#$`]|/\*|\*/")
_COLOUR = re.compile(r'"#[0-9a-fA-F]{3,8}"')
_BOUND = (
    re.compile(r"\blet\s+([\w-]+)"),
    re.compile(r"\blet\s+[\w-]+\(([^()]*)\)"),
    re.compile(r"\blet\s*\(([^()]*)\)\s*="),
    re.compile(r"(?<![\w-])([\w-]+)\s*=>"),
    re.compile(r"\(([^()]*)\)\s*=>"),
    re.compile(r"\bfor\s+([\w-]+)\s+in\b"),
    re.compile(r"\bfor\s*\(([^()]*)\)\s*in\b"),
)
"""Where a template defines names of its own."""
_LANGUAGE = "let set show if else for in while break continue return context not and or none auto true false"
_ELEMENTS = (
    "document page text par parbreak linebreak pagebreak align place block box pad move h v line rect square circle stack "
    "grid table columns colbreak heading list enum terms strong emph underline overline strike smallcaps sub super "
    "smartquote counter numbering upper lower str int float range rgb luma cmyk repeat hide figure"
)
_ARGUMENTS = (
    "title author date keywords paper width height margin fill stroke header footer header-ascent footer-descent "
    "binding flipped number-align background foreground font fallback style weight stretch size tracking spacing "
    "cjk-latin-spacing baseline overhang top-edge bottom-edge lang region dir hyphenate costs leading justify linebreaks "
    "first-line-indent hanging-indent amount all alignment above below breakable inset outset radius clip sticky dx dy "
    "columns rows gutter column-gutter row-gutter colspan rowspan x y body level start end length angle thickness paint "
    "cap join dash indent body-indent marker tight full numbered both caption kind supplement outlined weak to scope "
    "float clearance count sides rest"
)
_MEMBERS = (
    "header footer cell hline vline at len first last slice split join map filter enumerate flatten contains trim zip "
    "rev sorted dedup keys values pairs display final replace starts-with ends-with fold sum any all find position item "
    "term insert push pop with where lighten darken transparentize fields children pt mm cm"
)
_NAMES = (
    "left right top bottom start end center horizon ltr rtl ttb black white gray red blue green navy luma solid dashed "
    "dotted regular bold italic oblique"
)
_VALUES = (
    "said language title case_id office line officer released_by due_on addressee text rows figures fonts number code "
    "is_draft sent_on rule sources facts stands entries row pair part"
)
ALLOWED = frozenset(f"{_LANGUAGE} {_ELEMENTS} {_ARGUMENTS} {_MEMBERS} {_NAMES} {_VALUES}".split())
"""Every word that a template may use outside of strings, beside the names that it defines itself."""
_LIBRARY = (
    "read json csv toml yaml xml cbor image plugin bibliography cite include import eval sys std pdf path asset bundle "
    "query state locate metadata dictionary module theme syntaxes regex func link label ref datetime type wasm raw "
    "http https preview local embed attach html math calc inputs bytes decode encode target outline footnote quote "
    "arguments array assert bool color content curve decimal direction divider duration ellipse emoji fraction function "
    "gradient here highlight layout lorem location measure oklab oklch panic polygon ratio relative repr rotate scale "
    "selector skew sym symbol tiling version aqua btt eastern fuchsia lime maroon olive orange purple silver teal yellow"
)
REJECTED = frozenset(_LIBRARY.split())
"""Library words that a template does not need: rejected even if it defines one of these names itself."""


def check_letters(letters: Mapping[str, LetterForm], files: Mapping[str, bytes]) -> list[Refusal]:
    """Return refusals of a pack's templates, each with file and line; `files` are the files of the pack."""
    given = tuple(sorted((stem, f"{letter.name}.yml", letter.template) for stem, letter in letters.items()))
    return list(_checked(given, tuple(_first_line(files.get(path, b"")) for _, path, _ in given)))


def _first_line(file: bytes) -> int:
    """Return the first line of a file's template."""
    head, separator, _ = file.partition(b"\ntemplate:")
    return head.count(b"\n") + 3 if separator else 1


@lru_cache(maxsize=16)
def _checked(templates: tuple[tuple[str, str, str], ...], lines: tuple[int, ...]) -> tuple[Refusal, ...]:
    stems = frozenset(stem for stem, _, _ in templates)
    exports = frozenset(name for _, _, text in templates if len(text) <= MOST_TEMPLATE for name in _bound(text))
    each = zip(templates, lines, strict=True)
    return tuple(
        problem
        for (_, path, text), at in each
        for problem in islice(_check((path, at), text, stems, exports), MOST_REFUSALS)
    )


def _check(begins: tuple[str, int], text: str, stems: frozenset[str], exports: frozenset[str]) -> Iterator[Refusal]:
    path, first = begins
    if len(text) > MOST_TEMPLATE:
        yield refusal("packs.letter.long", (path, None, "template"), len(text), limit=MOST_TEMPLATE)
        return
    text = text.replace("\r\n", "\n")
    known = (ALLOWED | exports | _bound(text)) - REJECTED
    tokens = [match for match in _TOKEN.finditer(text) if match.lastgroup != "space"]
    skip = 0
    for index, token in enumerate(tokens):
        skip = max(0, skip - 1)
        sort, part = str(token.lastgroup), token.group()
        if not skip and part == "json" and _words(tokens, index, len(_DATA)) == _DATA:
            skip = len(_DATA)
        elif not skip and part == "import" and _words(tokens, index - 1, 1) == ("#",):
            named = _STEM.fullmatch("".join(_words(tokens, index + 1, 1)))
            if named is None or named[1] not in stems:
                place = (path, _line(text, token, first), "template")
                yield refusal("packs.letter.import", place, "".join(_words(tokens, index + 1, 1))[:80])
        elif sort == "word" and not skip and not _is_known(part, known):
            yield refusal("packs.letter.word", (path, _line(text, token, first), "template"), part)
        elif _is_wrong(sort, part, text[token.start() - 1 : token.start()]):
            yield refusal("packs.letter.sign", (path, _line(text, token, first), "template"), part[:80])


def _line(text: str, token: re.Match[str], first: int) -> int:
    return text.count("\n", 0, token.start()) + first


def _words(tokens: Sequence[re.Match[str]], at: int, count: int) -> tuple[str, ...]:
    return tuple(token.group() for token in tokens[max(0, at) : at + count])


def _bound(text: str) -> frozenset[str]:
    """Return the names that a template defines itself."""
    return frozenset(
        name
        for pattern in _BOUND
        for match in pattern.finditer(text)
        for name in re.findall(r"[^\W\d][\w-]*", match[1])
    )


def _is_known(word: str, known: frozenset[str]) -> bool:
    """Return whether a word may be used outside of strings; words without a Latin letter are names of no library."""
    return word == "_" or word in known or not re.search("[A-Za-z]", word)


def _is_wrong(sort: str, part: str, before: str) -> bool:
    """Return whether a token leads from text into code unseen; `before` is the preceding character."""
    if sort == "string":
        return bool(_IN_STRING.search(part)) and not _COLOUR.fullmatch(part)
    return (sort == "sign" and part in _OUTSIDE) or (sort == "comment" and before == ":")
