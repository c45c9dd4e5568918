"""The typesetter's process: no template reads a file, reaches the network, or takes more memory or time than its limits."""

import time

import pytest

from comptroller.model.refusal import Refused
from comptroller.web.cases.letters import letter_fonts
from comptroller.web.runtime.typesetter import Fonts, Limits, Typesetter

FONTS = Fonts([], ["Libertinus Serif"])
SMALL = Limits(most_bytes=600 << 20, most_seconds=2, most_wait_seconds=8)


def typeset(text, values=None, limits=SMALL):
    """Return the PDF of one template, or the first refusal."""
    try:
        return Typesetter(limits).typeset({"main.typ": text}, values or {}, FONTS, 0)
    except Refused as fault:
        return fault.refusals[0]


def test_a_template_is_set_and_the_same_at_each_time():
    """The same template, values and moment return the same bytes."""
    text = "#json(bytes(sys.inputs.said)).word"
    first, second = typeset(text, {"word": "字"}), typeset(text, {"word": "字"})
    assert first.startswith(b"%PDF")
    assert first == second


@pytest.mark.parametrize(
    "path", ["secret.txt", "/secret.txt", "../secret.txt", "{folder}/secret.txt", "/etc/hostname", "/proc/self/environ"]
)
def test_no_file_of_the_machine_is_read(tmp_path, monkeypatch, path):
    """The root is an empty folder: neither the folder of the server nor an absolute path leads to a file."""
    (tmp_path / "secret.txt").write_text("SECRET")
    monkeypatch.chdir(tmp_path)
    found = typeset(f'#read("{path.format(folder=tmp_path)}")')
    assert found.code == "desk.letter.template"
    assert "SECRET" not in found.seen
    assert "comptroller-letter" not in found.seen, "the folder of the process is not told"


def test_no_package_is_fetched():
    """No package is fetched from the network: the kernel denies the process sockets."""
    found = typeset('#import "@preview/nothing:0.1.0": *')
    assert found.code == "desk.letter.template"
    assert "ermission denied" in found.seen


def test_no_environment_reaches_the_process(monkeypatch):
    """What the server's environment holds is not handed on; a template sees the values of its letter alone."""
    monkeypatch.setenv("COMPTROLLER_PASSPHRASE", "SECRETWORD")
    assert typeset("#sys.inputs.keys().join()").startswith(b"%PDF")
    assert typeset("#panic(repr(sys.inputs))").seen.count("SECRETWORD") == 0


@pytest.mark.parametrize(
    "text",
    [
        "#let f(n) = { let k = n; while k > 0 { k += 1 }; k }\n#f(1)",
        '#let a = "x" * 1000000\n#range(4000).map(i => a + str(i)).join()',
        "#range(100000000).map(i => str(i)).join()",
    ],
)
def test_what_does_not_end_or_grows_is_ended(text):
    """Time and memory are the process's own: the refusal comes within the limits, and the next letter is set."""
    began = time.monotonic()
    assert typeset(text).code in ("desk.letter.limits", "desk.letter.template")
    assert time.monotonic() - began < 12
    assert typeset("next").startswith(b"%PDF")


def test_a_stack_of_marks_ends_its_own_process():
    """A text beyond the bounds of texts costs no more than the limits, even when it reaches the typesetter."""
    found = typeset("#json(bytes(sys.inputs.said)).text", {"text": "e" + "\u0301" * 19_990})
    assert isinstance(found, bytes) or found.code == "desk.letter.limits"


def test_without_a_font_the_refusal_says_so():
    """A letter in Chinese is not set in a font without its characters."""
    with pytest.raises(Refused) as fault:
        Typesetter(SMALL).typeset({"main.typ": "a"}, {}, Fonts([], ["No Such Font"]), 0)
    assert fault.value.refusals[0].code == "desk.letter.font"
    assert letter_fonts().one_of


def test_few_are_set_at_once():
    """A letter that waits too long for a turn is rejected by name, and nothing is started."""
    setter = Typesetter(Limits(most_wait_seconds=0.05), most_at_once=1)
    assert setter._turns.acquire(timeout=1)
    with pytest.raises(Refused) as fault:
        setter.typeset({"main.typ": "a"}, {}, FONTS, 0)
    assert fault.value.refusals[0].code == "desk.letter.busy"
