"""Texts: the same codes in both languages, every code that is used has its text, and no page is half translated."""

import re
from string import Formatter

from comptroller.packs.dated_values import UNITS
from comptroller.packs.rule_loader import KINDS, SEVERITIES
from comptroller.web.shell.rendering import ACTS
from comptroller.web.shell.translations import languages, texts, translate
from tests.house.source import SRC

WEB = SRC / "web"
WAYS = ("free", "only_items", "lower_limit", "higher_limit")
HAN = re.compile(r"[\u4e00-\u9fff]")
USED = re.compile(r"""(?:\bt|\btext)\(\s*['"]([a-z_]+(?:\.[a-z_]+)*)['"](?!\s*~)""")
STEMS = re.compile(r"""(?:\bt|\btext)\(\s*f?['"]([a-z_.]+\.)(?:['"]\s*~|\{)""")


LABELS = re.compile(r"""\bLabels\(\s*['"]([a-z_.]+)['"]""")
SHAPES = re.compile(r"""f['"]([a-z_]+(?:\.[a-z_]+)*\.)\{""")


def _sources():
    return [*WEB.rglob("*.py"), *(WEB / "templates").rglob("*.html")]


def test_both_languages_have_the_same_codes_with_the_same_gaps():
    """What is filled in is the same in both."""
    zh, en = (texts(one) for one in languages())
    assert zh.keys() == en.keys()
    for code in zh:
        gaps = [{name for _, name, _, _ in Formatter().parse(one[code]) if name} for one in (zh, en)]
        assert gaps[0] == gaps[1], code


def test_english_is_english_and_chinese_is_chinese():
    """No text is in the other language's file, except the name of that language."""
    aside = {"layout.other_language"}
    assert [c for c, said in texts("en").items() if HAN.search(said) and c not in aside] == []
    bare = {re.sub(r"\{\w+\}|、", "", said) for said in texts("zh").values() if not HAN.search(said)}
    assert bare <= {"", "SQL", "OIDC", "API", "CSV", "table.column:word", texts("zh")["layout.other_language"]}, bare


def test_every_code_that_is_used_has_a_text():
    """Codes are found in templates and in code, and those that are put together by their stem."""
    known = texts("en")
    missing = []
    for path in _sources():
        said = path.read_text(encoding="utf-8")
        missing += [f"{path.name}: {code}" for code in USED.findall(said) if code not in known]
        missing += [
            f"{path.name}: {stem}" for stem in STEMS.findall(said) if not any(c.startswith(stem) for c in known)
        ]
    assert missing == []


def test_every_text_is_used():
    """A code without a use, in any part of the product, is removed."""
    said = "\n".join(path.read_text(encoding="utf-8") for path in (*SRC.rglob("*.py"), *WEB.rglob("*.html")))
    stems = {*STEMS.findall(said), *SHAPES.findall(said), *(f"{one}." for one in LABELS.findall(said))}
    stems |= {"places.", "state.", "severity."}
    codes = set(re.findall(r"""['"]([a-z_]+(?:\.[a-z_]+)*)['"]""", said))
    own = [c for c in texts("en") if ":" not in c and not c.startswith(("list.", "count."))]
    idle = [c for c in own if c not in codes and not any(c.startswith(stem) for stem in stems)]
    assert idle == []


def test_templates_and_code_say_nothing_in_one_language():
    """Texts for people are in the catalogues, never in templates."""
    assert [p.name for p in (WEB / "templates").rglob("*.html") if HAN.search(p.read_text(encoding="utf-8"))] == []
    assert translate("zh", "layout.hidden", count=3) == "另有 3 条不在您的权限内"


def test_every_state_of_a_finding_has_a_text():
    """A table of all findings shows the state of each, including those that no longer apply."""
    for state in ("raised", "changed", "cleared", "not_judged", "not_applicable"):
        assert translate("en", f"state.{state}")


def test_every_choice_that_policy_has_is_said():
    """Severities, kinds of rule and units: a new one without words would be a broken page."""
    for stem, choices in (
        ("severity", SEVERITIES),
        ("policy.kinds", KINDS),
        ("policy.units", UNITS),
        ("policy.ways", WAYS),
        ("admin.acts", sorted(ACTS)),
    ):
        for language in languages():
            assert [one for one in choices if f"{stem}.{one}" not in texts(language)] == [], (stem, language)
