"""Labels of packs: every column and code of a rule's finding has a label in both languages."""

import re

import pytest
import sqlglot

from comptroller.packs import gather_files, read_pack
from tests.packs_small.small import SHIPPED

_OWN = {"since", "entries", "missing", "excluded"}
_GIVEN = re.compile(r"THEN '([a-z_][a-z_.]*)'")


@pytest.mark.parametrize("name", sorted(p.parent.name for p in SHIPPED.glob("*/pack.yml")))
def test_what_a_finding_shows_has_words(name):
    """A column of evidence is a field, or the pack's words name it; so is each code and each reason not to judge."""
    pack = read_pack(gather_files([SHIPPED], name), name)
    fields = {field.name: field for kind in pack.tables.values() for field in kind.fields}
    choices = {choice for field in fields.values() for choice in field.choices}
    lines = {line.item for item in pack.lists.values() for line in item.lines}
    known = {*fields, *pack.words, *pack.tables, *pack.params, *choices, *lines, *_OWN}
    lacking = []
    for rule in pack.rules.values():
        columns = sqlglot.parse_one(rule.text, read="duckdb").named_selects
        codes = [code.rpartition(".")[2] for code in _GIVEN.findall(rule.text)]
        lacking += [(rule.name, item) for item in (*columns, *rule.needs, *codes) if item not in known]
    assert lacking == []
    assert all(text.zh and text.en for text in pack.words.values())
