"""Commands for authors: examples run, another pack is compared, and what is begun from a template holds."""

from pathlib import Path

import python_calamine

from tests.packs_small.small import changed, lay


def test_prove_runs_the_examples(line):
    """All examples of a pack run; a failed one is printed with its input and its result, and makes exit code 1."""
    told = line.json("prove", "--pack", "small", "--rule", "pay/twice")
    assert told == {"rules": 1, "examples": 3, "failures": []}
    lay(
        line.folder / "packs",
        changed("rules/pay/twice.yml", "clear: [[A, P]]}\n  - name: {zh: 一次", "clear: []}\n  - name: {zh: 一次"),
    )
    told = line.json("prove", "--pack", "small", "--rule", "pay/twice", code=1)
    assert {(f["example"], f["way"]) for f in told["failures"]} == {("Twice", "at once"), ("Twice", "row by row")}
    assert told["failures"][0]["gave"]["clear"] == [["A", "P"]]


def test_a_broken_pack_is_refused_with_every_refusal(line):
    """Proving a pack that does not fit together lists all that is wrong with it."""
    files = changed("rules/pay/twice.yml", "kind: signal", "kind: odd")
    files["small/params/large_cny.yml"] = files["small/params/large_cny.yml"].replace(
        b"2024-04-01, value: 500.5", b"2024-05-01, value: 500.5"
    )
    lay(line.folder / "packs", files)
    refused = line.json("prove", "--pack", "small", code=1)["refused"]
    assert {one["file"] for one in refused} >= {"small/rules/pay/twice.yml", "small/params/large_cny.yml"}


def test_against_shows_what_another_pack_would_say(begun):
    """History under another pack: what would appear and vanish; the node stays as it is."""
    other = {
        path.replace("small/", "other/", 1): text
        for path, text in changed("params/large_cny.yml", "value: 1000", "value: 3000").items()
    }
    lay(begun.folder / "packs", other)
    told = begun.json("prove", "--against", "other")
    assert [one["rule"] for one in told["vanish"]] == ["small/rules/pay/undecided"]
    assert len(begun.json("findings")) == 1
    assert begun("prove", "--against", "other").exit_code == 0


def test_a_new_rule_holds_once_its_source_is_named(line):
    """Two files, no Python: the template is rejected only for its missing source, and passes when that is filled in."""
    stem = line.folder / "packs" / "small" / "rules" / "mine" / "late"
    made = line.json("new", "rule", stem)
    assert made == [f"{stem}.yml", f"{stem}.sql"]
    kind = line.folder / "packs" / "small" / "kinds" / "payment.yml"
    kind.write_text(
        kind.read_text(encoding="utf-8").replace(
            "  rate:",
            "  currency: {type: code, zh: 币种, en: Currency}\n  amount_cny: {type: money, currency: CNY, fills: \"CASE WHEN COALESCE(currency, 'CNY') = 'CNY' THEN amount END\", zh: 折人民币, en: In CNY}\n  rate:",
        ),
        encoding="utf-8",
    )
    refused = line.json("prove", "--pack", "small", code=1)["refused"]
    assert [(one["code"], one["seen"]) for one in refused if one["code"] == "packs.source"] == [
        ("packs.source", "SOURCE_ID")
    ]
    yml = Path(f"{stem}.yml")
    yml.write_text(
        yml.read_text(encoding="utf-8").replace("SOURCE_ID", "small_law").replace("lead: investor", "lead: audit"),
        encoding="utf-8",
    )
    assert line.json("prove", "--pack", "small", "--rule", "mine/late") == {"rules": 1, "examples": 4, "failures": []}


def test_a_new_file_never_replaces_one(line):
    """An existing file is never replaced; an unknown thing is wrong use."""
    stem = line.folder / "mine" / "late"
    line.json("new", "kind", stem)
    before = Path(f"{stem}.yml").read_bytes()
    assert line.json("new", "rule", stem, code=1)["refused"][0]["code"] == "new.exists"
    assert Path(f"{stem}.yml").read_bytes() == before
    assert not Path(f"{stem}.sql").exists()
    assert line("new", "poem", stem).exit_code == 2


def test_templates_have_every_field(line):
    """A kind's sheet is written in the named format; another format is wrong use, an unknown kind is rejected."""
    target = line.folder / "t.csv"
    line.json("template", "payment", "--format", "csv", "--pack", "small", "--output", target)
    assert "amount" in target.read_text(encoding="utf-8-sig") or "金额" in target.read_text(encoding="utf-8-sig")
    line.json("template", "payment", "--pack", "small")
    book = python_calamine.CalamineWorkbook.from_path(str(line.folder / "payment.xlsx"))
    assert "payment" in book.sheet_names[0] or "付款" in book.sheet_names[0] or "Payment" in book.sheet_names[0]
    assert line("template", "payment", "--format", "pdf", "--pack", "small").exit_code == 2
    assert line.json("template", "poem", "--pack", "small", code=1)["refused"][0]["code"] == "template.kind"
