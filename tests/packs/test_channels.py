"""A kind's channels: what its file names, what follows from its fields, and what no file may open."""

import pytest

from comptroller.model.channel import CONSOLE, DECLARED, ENGINE, FIXED, PUBLIC, REPORTER
from comptroller.packs.channels import channels_of, channels_refused
from comptroller.packs.schema import Both, FieldForm, KindForm


def form(*fields, **more):
    """Return a kind's form with those fields."""
    listed = {name: FieldForm(type="code", zh=name, en=name) for name in ("x", *fields)}
    return KindForm(title=Both(), key=["x"], books="x", valid={"on": "x"}, fields=listed, **more)


@pytest.mark.parametrize("field", ["by", "by_line", "office", "granted_by"])
def test_officers_lines_and_offices_are_the_consoles_by_default(field):
    """A kind with such a field and without named channels is for the console alone; any other is for reporters."""
    assert channels_of("new", form(field)) == (CONSOLE,)
    assert channels_of("new", form("amount")) == (REPORTER,)


def test_a_file_names_one_channel_or_several():
    """A word or a list; each channel counts once; rows that the engine makes are the engine's."""
    assert channels_of("new", form("by", reported_by="reporter")) == (REPORTER,)
    assert channels_of("new", form(reported_by=["public", "console", "public"])) == (PUBLIC, CONSOLE)
    assert channels_of("new", form("by", made=True)) == (ENGINE,)


@pytest.mark.parametrize("name", sorted(FIXED))
def test_no_pack_opens_a_kind_of_the_product(name):
    """A pack may narrow the channels of the product's own kinds and never widen them; without a word it gets them."""
    assert channels_of(name, form("by")) == FIXED[name]
    for channel in DECLARED:
        refused = channels_refused(f"base/kinds/{name}", form(reported_by=channel))
        assert [item.code for item in refused] == ([] if channel in FIXED[name] else ["packs.kind"]), channel


def test_a_channel_that_there_is_not_is_rejected():
    """With the file, the key and the allowed values; no file may name the operator's channel."""
    for word in ("operator", "everybody", ""):
        (item,) = channels_refused("mine/kinds/new", form(reported_by=[word]))
        assert (item.file, item.field, item.seen) == ("mine/kinds/new.yml", "reported_by", word)
        assert "console" in item.expected.en
    assert [item.seen for item in channels_refused("mine/kinds/new", form(made=True, reported_by="reporter"))] == [
        "reporter"
    ]
