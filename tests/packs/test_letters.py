"""Templates of letters: what a template may use is on a list, and no spelling of a way out passes it."""

import json
import random

import pytest
import typst

from comptroller.model.policy import LetterForm
from comptroller.model.refusal import BrokenPack
from comptroller.model.text import Text
from comptroller.packs import gather_files, read_pack
from comptroller.packs.letters import ALLOWED, REJECTED, check_letters
from tests.house.source import PACKS

FRAME = "#let said = json(bytes(sys.inputs.said))\n#let letter(body) = { body }\n"
OUT = (
    '#read("/key.pem")',
    '#let r = read\n#r("/key.pem")',
    '#std.read("/key.pem")',
    '#import std: read as look\n#look("/key.pem")',
    "#import std: *",
    '#import "@preview/nothing:0.1.0": *',
    '#import "../frame.typ": *',
    '#import "/frame.typ": *',
    '#import "other.typ": *',
    '#include "frame.typ"',
    '#{ import "frame.typ" }',
    '#eval("re" + "ad(1)")',
    '#dictionary(std).at("re" + "ad")("/key.pem")',
    '#json("/a.json")',
    "#json(bytes(sys.inputs.said), x)\n#sys.inputs.keys()",
    '#let d = json\n#d("a")',
    '#csv("/a.csv")',
    '#toml("/a")',
    '#yaml("/a")',
    '#xml("/a")',
    '#cbor("/a")',
    '#image("/a.png")',
    '#plugin("/a.wasm")',
    '#bibliography("/a.yml")',
    "#cite(<a>)",
    '#raw("a", theme: "/a")',
    '#raw(..("theme": "/a"), "b")',
    '#set raw(theme: "/a")',
    '#pdf.attach("/a")',
    '#pdf.embed("/a")',
    "`#read`",
    '$read("/a")$',
    '#link("https://example.org")[a]',
    'https://example.org/ #read("/a")',
    '#let xhttp = 1\nxhttp://a #read("/a")',
    '"#read("text.said")"',
    '"#eval(said.text)"',
    '#let a = [ " ] + read("said") + [ " ]',
    '#let a = [ " ] + {let r = read; r("said")} + [ " ]',
    '#let a = [" /* " // */ ] + read("said.text")\n',
    '#let a = [ " ` " ` ] + read("said") + [ " ]',
    "#let read(x) = 1\n#read(2)",
    '#let f(read) = 1\n#read("/a")',
    "#[a].func()",
    '#type("a")',
    "#datetime.today()",
    "#query(heading)",
    '#text("a\n#read")',
    '#(read)("/a")',
    '#context { read("/a") }',
    "#show: read",
    "#show heading: read",
    "#\\read",
    "@preview",
    "/* #read */ hello",
    "#let (read, b) = (1, 2)",
    "Please read this",
)


def letters(**templates):
    """Return the letters of a pack with these templates beside a frame."""
    each = {"frame": FRAME, **templates}
    return {stem: LetterForm(f"p/letters/{stem}", Text(zh="函", en="Letter"), text) for stem, text in each.items()}


def test_every_template_of_every_pack_passes():
    """The templates that are shipped use nothing that is not on the list."""
    for name in sorted(path.parent.name for path in PACKS.glob("*/pack.yml")):
        pack = read_pack(gather_files([PACKS], name), name)
        assert check_letters(pack.letters, pack.files) == []


@pytest.mark.parametrize("text", OUT)
def test_a_way_out_is_rejected_with_its_place(text):
    """Each way out is rejected by code, file and line, in every spelling."""
    refusals = check_letters(letters(prompt=f'#import "frame.typ": *\n{text}'), {})
    assert refusals
    assert all(item.code.startswith("packs.letter.") and item.file == "p/letters/prompt.yml" for item in refusals)
    assert all(item.line and item.line >= 2 for item in refusals)


@pytest.mark.parametrize(
    "text",
    [
        "#show: letter\n#said.text",
        '#let word = for part in said.text.split("\\n") { par(part) }\n#word',
        '#text(fill: rgb("#1d4d8c"), "Please read the evidence, import nothing")',
        "// read the frame first\n#table(columns: 2, ..said.rows.map(row => (row.rule, row.entries)).flatten())",
        "#if said.is_draft [草稿] else [正文]",
        '#text("\\u{23}")',
    ],
)
def test_what_letters_are_made_of_passes(text):
    """A template's own names, quoted words, comments and Chinese text are no way out."""
    assert check_letters(letters(prompt=f'#import "frame.typ": *\n{text}'), {}) == []


def test_every_name_of_the_library_is_on_one_of_the_lists():
    """A name of the installed library is allowed or rejected by decision; a new version with new names fails here."""
    names = json.loads(
        typst.query({"main.typ": b"#metadata(dictionary(std).keys()) <a>"}, "<a>", field="value", one=True)
    )
    assert set(names) - ALLOWED - REJECTED == set()
    assert set() == ALLOWED & REJECTED


def test_a_pack_with_a_way_out_is_refused_and_an_adopted_one_is_still_read():
    """Reading for a proposal raises with the line of the file; what a ledger holds can always be folded."""
    files = dict(gather_files([PACKS], "cn-central"))
    path = "cn-central/letters/prompt.yml"
    files[path] = files[path].replace(b"  #words\n", b'  #read("key.pem")\n')
    with pytest.raises(BrokenPack) as fault:
        read_pack(files, "cn-central")
    first = fault.value.refusals[0]
    line = files[path].decode().splitlines().index('  #read("key.pem")') + 1
    assert (first.code, first.file, first.line) == ("packs.letter.word", path, line)
    assert read_pack(files, "cn-central", adopted=True).letters["prompt"]


def test_a_template_is_bounded():
    """A template that is too long is rejected before it is checked."""
    assert check_letters(letters(prompt="a" * 100_001), {})[0].code == "packs.letter.long"


_PIECES = (
    '"',
    '\\"',
    "'",
    "//",
    "+",
    "let a = ",
    "text(",
    '"a"',
    ";",
    ":",
    ",",
    "x",
    "字",
    "(",
    ")",
    "{",
    "}",
    "<a>",
    "..",
    "=>",
    "-",
    " ",
    "\\u{22}",
)
_AROUND = (*_PIECES, "#", "[", "]", "/*", "*/", "\n", "`", "$", "#text(", "#[", "#{", "https://a", "@a")


def test_no_drawn_template_hides_a_file_in_what_looks_like_a_string():
    """Of templates that are drawn with a call between two quotes, none that passes is set otherwise where the file is there."""
    drawn, passed = random.Random(7), 0
    for _ in range(150):
        before, after = ("".join(drawn.choices(_AROUND, k=drawn.randint(0, 5))) for _ in range(2))
        left, right = ("".join(drawn.choices(_PIECES, k=drawn.randint(0, 3))) for _ in range(2))
        text = f'{before}"{left}read("s.txt"){right}"{after}'
        if check_letters(letters(prompt=text), {}):
            continue
        passed += 1
        assert set_with(text, {"s.txt": b"ONE"}) == set_with(text, {"s.txt": b"ANOTHER"}) == set_with(text, {}), text
    assert passed > 5


def set_with(text, files):
    """Return the SVG of a template beside files of the machine, or its fault."""
    try:
        image = typst.compile({"main.typ": text.encode(), **files}, format="svg")
    except (RuntimeError, ValueError) as fault:
        return str(fault)
    return image
