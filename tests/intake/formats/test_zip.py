"""An archive of files named by kind: each member under its kind, nothing within it packed again."""

import gzip
import io
import zipfile

import pytest

from comptroller.intake.files import read_file
from comptroller.intake.formats.zip import kind_of, reporter_of
from comptroller.intake.limits import Limits


def archive(*files: tuple[str, bytes]) -> bytes:
    """Return a zip of those files."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as new:
        for name, payload in files:
            new.writestr(name, payload)
    return out.getvalue()


def test_members_are_kinds() -> None:
    """A member's name is its kind; an envelope's own kind goes before it; `facts` leaves it to the facts."""
    payload = archive(
        ("2024/payment.csv", b"a,b\n1,2\n"),
        ("decision-2.ndjson", b'{"kind":"study"}\n'),
        ("facts.json", b'[{"kind":"bid","a":1}]'),
        ("other.json", b'{"kind":"stake","facts":[{"a":1}]}'),
    )
    raws, refusals = read_file(payload, "zip", "H01_x.zip")
    assert refusals == []
    assert [(raw.kind, raw.place) for raw in raws] == [
        ("payment", "H01_x.zip/2024/payment.csv"),
        ("decision", "H01_x.zip/decision-2.ndjson"),
        ("bid", "H01_x.zip/facts.json"),
        ("stake", "H01_x.zip/other.json"),
    ]
    assert raws[1].table.column_names == ["kind", "line"]


@pytest.mark.parametrize(
    ("member", "code"),
    [
        (("inner.zip", archive(("a.csv", b"a,b\n1,2\n"))), "intake.zip.nested"),
        (("inner.csv", archive(("a.csv", b"a,b\n1,2\n"))), "intake.zip.nested"),
        (("payment.csv.gz", gzip.compress(b"a,b\n1,2\n")), "intake.zip.nested"),
        (("payment.csv", gzip.compress(b"a,b\n1,2\n")), "intake.zip.nested"),
        (("payment.pdf", b"%PDF"), "intake.file.media"),
        (("payment.csv", b"a,a\n1,2\n"), "intake.header.twice"),
    ],
)
def test_refusals(member: tuple[str, bytes], code: str) -> None:
    """One bad member rejects the archive, under the member's name; a good one beside it is dropped."""
    raws, refusals = read_file(archive(("bid.csv", b"a,b\n1,2\n"), member), "zip", "a.zip")
    assert raws == []
    assert [(one.code, one.file) for one in refusals] == [(code, f"a.zip/{member[0]}")]


def test_whole_archive_is_limited() -> None:
    """Rows of all members count together; an empty archive is rejected as empty."""
    payload = archive(("a.csv", b"a,b\n1,2\n"), ("b.csv", b"a,b\n1,2\n"))
    assert [one.code for one in read_file(payload, "zip", "a.zip", limits=Limits(rows=1))[1]] == ["intake.rows.many"]
    assert [one.code for one in read_file(archive(), "zip", "a.zip")[1]] == ["intake.file.empty"]


def test_names() -> None:
    """Kinds and reporters are read from names."""
    assert kind_of("a/b/decision_votes.xlsx") == "decision_votes"
    assert kind_of("payment (2).csv") == "payment"
    assert reporter_of("C:\\in\\91310000MA1K_2024-08-01.zip") == "91310000MA1K"
    assert reporter_of("north-port_august.zip") == "north-port"
    assert reporter_of(".zip") == ""
