"""A pack is read as a whole from its files, or rejected with all its faults."""

import datetime as dt

import pytest
from hypothesis import given, settings, strategies as st

from comptroller.model.refusal import BrokenPack
from comptroller.packs import gather_files, read_pack
from comptroller.packs.bundle import digest_of, pack_files, unpack_files
from tests.packs_small.small import SHIPPED, changed, lay, small_files, small_pack


def refused(files, name="small"):
    """Return the refusals of a pack as code, file, field."""
    with pytest.raises(BrokenPack) as broken:
        read_pack(files, name)
    assert all(r.expected.zh and r.expected.en and r.mend.zh and r.mend.en for r in broken.value.refusals)
    return [(r.code, r.file.removeprefix("small/"), r.field) for r in broken.value.refusals]


def test_a_pack_is_all_its_files_say():
    """Kinds, parameters, lists, sources, calendar and rules are there by name, with their zone and words."""
    pack = small_pack()
    assert (pack.name, pack.zone, pack.layers) == ("small", "Asia/Shanghai", ("small",))
    assert sorted(pack.rules) == [
        f"small/rules/{name}"
        for name in ("pay/above_parent", "pay/twice", "pay/undecided", "say/outvoted", "say/silent")
    ]
    assert {"decision_votes", "decision_papers"} <= pack.tables.keys()
    assert pack.sources["small_law"].valid_from == dt.date(2020, 1, 1)


@pytest.mark.parametrize("name", sorted(p.parent.name for p in SHIPPED.glob("*/pack.yml")))
def test_packs_that_ship_can_be_read(name):
    """Every pack that ships fits together."""
    assert read_pack(gather_files([SHIPPED], name), name).kinds


@pytest.mark.parametrize(
    ("path", "old", "new", "code", "field"),
    [
        ("pack.yml", 'version: "1"', 'version: "1"\ncolour: red', "packs.form", ""),
        ("pack.yml", "title: {zh: 小政策包, en: Small pack}", "about: {en: x}", "packs.form", ""),
        ("kinds/payment.yml", "type: day,", "type: day, colour: red,", "packs.form", "$.fields[...]"),
        ("kinds/payment.yml", "type: integer", "type: whole", "packs.kind", "lines"),
        ("kinds/payment.yml", "key: [entity, payment]", "key: [entity, number]", "packs.kind", "key/books/valid"),
        ("kinds/payment.yml", "CAST(paid_at AS DATE)", "CAST(payed_at AS DATE)", "packs.kind", "paid_on"),
        ("kinds/payment.yml", 'holds: "lines >= 0"', 'holds: "lines >="', "packs.kind", "checks"),
        ("kinds/payment.yml", "  maker: {", "  fact: {", "packs.kind", "fact"),
        ("kinds/decision.yml", "type: integer, zh: 权重", "type: whole, zh: 权重", "packs.kind", "votes.weight"),
        ("sources/small_law.yml", "number:", "nummer:", "packs.form", ""),
        ("lists/free_items.yml", "small_law", "big_law", "packs.source", "cites"),
        ("params/large_cny.yml", "unit: CNY", "unit: shells", "packs.series", "unit"),
        ("calendar/2024.yml", "2024-05-03]", "2024-05-33]", "packs.form", "$.holidays[4]"),
        ("rules/pay/twice.yml", "small_law", "big_law", "packs.source", "cites"),
        ("params/large_cny.yml", "# Line above", "title_: x\n# Line above", "packs.first_line", ""),
    ],
)
def test_what_does_not_fit_is_refused_by_place(path, old, new, code, field):
    """Each fault is rejected by its file and field."""
    refusals = refused(changed(path, old, new))
    assert (code, path, field) in refusals, refusals


def test_all_refusals_come_at_once():
    """Faults in several files are reported in one answer, each once."""
    files = changed("params/large_cny.yml", "unit: CNY", "unit: shells")
    files |= {k: v for k, v in changed("rules/pay/twice.yml", "kind: signal", "kind: odd").items() if "twice" in k}
    files |= {
        k: v for k, v in changed("kinds/list_line.yml", "valid:", "colour: red\nvalid:").items() if "list_line" in k
    }
    refusals = refused(files)
    assert len(refusals) == len(set(refusals))
    assert {path for _, path, _ in refusals} >= {"params/large_cny.yml", "rules/pay/twice.yml", "kinds/list_line.yml"}


def test_stray_files_are_refused():
    """A file that no reader takes is named instead of passed over: another ending, another folder."""
    files = {**small_files(), "small/rules/pay/twice.txt": b"x", "small/notes/a.yml": b"# x\n"}
    assert {("packs.stray", "rules/pay/twice.txt", ""), ("packs.stray", "notes/a.yml", "")} == set(refused(files))


def test_a_ring_of_packs_is_refused(tmp_path):
    """Packs that extend one another in a ring are rejected, in any order of discovery."""
    for pack, other in (("one", "two"), ("two", "three"), ("three", "one")):
        text = f"# x\ntitle: {{zh: 一, en: x}}\nextends: [{other}]\n"
        lay(tmp_path, {f"{pack}/pack.yml": text.encode()})
    assert [code for code, _, _ in refused(gather_files([tmp_path], "one"), "one")] == ["packs.ring"]


def test_a_pack_that_is_not_there_is_refused(tmp_path):
    """The packs that are there are named."""
    lay(tmp_path, small_files())
    with pytest.raises(BrokenPack) as broken:
        gather_files([tmp_path], "big")
    assert "small" in broken.value.refusals[0].expected.en


def test_an_upper_pack_lies_over_those_it_extends(tmp_path):
    """An upper pack's value of a parameter replaces a lower pack's; the rest is inherited."""
    upper = {
        "upper/pack.yml": b"# x\ntitle: {zh: a, en: Upper}\nextends: [small]\n",
        "upper/params/twice_days.yml": b"# x\ntitle: {zh: a, en: Days}\nunit: days\nvalues:\n  - {from: 2000-01-01, value: 3, cites: {source: small_law}}\n",
    }
    pack = read_pack(gather_files([lay(tmp_path, {**small_files(), **upper})], "upper"), "upper")
    assert pack.layers == ("upper", "small")
    assert pack.params["twice_days"].values[0].value == 3
    assert pack.params["twice_days"].name == "upper/params/twice_days"
    assert pack.rules.keys() == small_pack().rules.keys()
    assert pack.zone == "Asia/Shanghai"


@settings(max_examples=30)
@given(st.data())
def test_any_byte_changes_the_digest(data):
    """The digest depends on every path and every byte, and not on the order of files."""
    files = small_files()
    path = data.draw(st.sampled_from(sorted(files)))
    at = data.draw(st.integers(0, len(files[path]) - 1))
    flipped = {**files, path: files[path][:at] + bytes([files[path][at] ^ 1]) + files[path][at + 1 :]}
    assert digest_of(flipped) != digest_of(files)
    assert digest_of({path[1:]: b"", **{p: t for p, t in files.items() if p != path}}) != digest_of(files)
    assert digest_of(dict(reversed(files.items()))) == digest_of(files)


def test_the_same_files_are_bundled_in_the_same_bytes():
    """A bundle depends on paths and contents alone, and restores them."""
    files = small_files()
    bundle = pack_files(files, "small")
    assert pack_files(dict(reversed(files.items())), "small") == bundle
    assert unpack_files(bundle) == (files, "small")
