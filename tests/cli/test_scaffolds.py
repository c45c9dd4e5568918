"""What is begun from a template is a file of its kind that the lint can read."""

import msgspec
import pytest

from comptroller.cli.scaffolds import START
from comptroller.packs import schema
from comptroller.packs.kinds import kind_of
from comptroller.packs.yaml import read_yaml


@pytest.mark.parametrize("what", sorted(START))
def test_templates_open_with_a_sentence(what):
    """Each file of a template begins with a comment, as packs want it, and its YAML can be read."""
    for ending, text in START[what].items():
        assert text.startswith({".yml": "# ", ".sql": "-- "}[ending])
        if ending == ".yml":
            assert read_yaml("new.yml", text.replace("@NAME@", "x").replace("@TODAY@", "2024-01-01").encode())[1] == []


def test_a_new_kind_is_a_kind():
    """The template of a kind is a valid kind as it is."""
    text = START["kind"][".yml"].replace("@NAME@", "visit").encode()
    kind, refused = kind_of("mine/kinds/visit", msgspec.convert(read_yaml("visit.yml", text)[0], schema.KindForm))
    assert refused == []
    assert kind is not None
    assert kind.key == ("entity", "visit")
