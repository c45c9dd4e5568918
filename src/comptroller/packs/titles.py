"""Titles of rules, read without the rest of their pack: a list of findings needs only these."""

from collections.abc import Iterable, Mapping

from comptroller.model.text import Text
from comptroller.packs import schema
from comptroller.packs.simple_files import text_of
from comptroller.packs.yaml import read_form


def rule_titles(files: Mapping[str, bytes], rules: Iterable[str]) -> dict[str, Text]:
    """Return the titles of those rules that the files of a pack hold."""
    titles = {}
    for name in sorted({*rules}):
        if f"{name}.yml" in files:
            form, _ = read_form(files, f"{name}.yml", schema.RuleForm)
            if form is not None:
                titles[name] = text_of(form.title)
    return titles
