"""The maker of the harbour city: the same seed makes the same bytes, and the key is complete."""

from collections import Counter
from pathlib import Path

import pytest

from comptroller.cli.demo_desk import ASKED, FIRM
from comptroller.packs import gather_files, read_pack
from comptroller.web.public.answers import name_digest
from examples.harbour.book import Book
from examples.harbour.days import is_working
from examples.harbour.files import reports_of
from examples.harbour.make import PACK, write
from examples.harbour.names import credit_code
from examples.harbour.people import who
from examples.harbour.register import ENTITIES
from examples.harbour.world import make_world
from tests.worlds import PACKS


@pytest.fixture(scope="module")
def book() -> Book:
    """Return the world as values."""
    return make_world()


def test_the_same_seed_gives_the_same_bytes(tmp_path: Path) -> None:
    """Nothing in the world is drawn from a clock or from chance that is not seeded."""
    counts = [write(tmp_path / name) for name in ("one", "two")]
    assert counts[0] == counts[1]
    one, two = (
        {p.relative_to(f): p.read_bytes() for p in f.rglob("*") if p.is_file()} for f in sorted(tmp_path.iterdir())
    )
    assert one.keys() == two.keys()
    assert [name for name in one if one[name] != two[name]] == []


def test_another_seed_gives_another_world(book: Book) -> None:
    """The lawful part is drawn by seed; what is planted stays."""
    other = make_world(7)
    assert [s.row for s in other.said] != [s.row for s in book.said]
    assert Counter(one.rule for one in other.found) == Counter(one.rule for one in book.found)


def test_every_rule_has_a_plant(book: Book) -> None:
    """A rule that ships in the city's pack has at least one planted case; one without is named here."""
    pack = read_pack(gather_files([PACKS], PACK), PACK)
    assert sorted(set(pack.rules) - {one.rule for one in book.found}) == []
    assert sorted({one.rule for one in book.found} - set(pack.rules)) == []


def test_the_key_contradicts_itself_nowhere(book: Book) -> None:
    """No subject is planted twice, and none is both planted and lawful."""
    planted = [(one.rule, tuple(one.subject)) for one in book.found]
    lawful = {(one.rule, tuple(one.subject)) for one in book.near}
    assert [line for line, count in Counter(planted).items() if count > 1] == []
    assert set(planted) & lawful == set()
    assert {one.rule for one in book.near} <= {one.rule for one in book.found}


def test_every_rule_has_a_near_miss(book: Book) -> None:
    """Nearly every planted rule has a lawful near miss beside it."""
    assert {one.rule for one in book.found} - {one.rule for one in book.near} == {
        "cn-central/rules/payments/payee_not_contract_party"
    }


def test_the_world_is_as_large_as_it_says(book: Book) -> None:
    """Sixty entities on six levels, more than eight thousand facts of every base kind that enterprises report."""
    assert len(ENTITIES) == 60
    assert {one.level for one in ENTITIES.values()} == {1, 2, 3, 4, 5, 6}
    kinds = read_pack(gather_files([PACKS], PACK), PACK).kinds
    said = Counter(one.kind for one in book.said)
    assert 8_000 < sum(said.values()) < 20_000
    assert {"payment", "decision", "statement", "guarantee", "bid", "list_line"} <= set(said) <= set(kinds)


def test_nothing_is_reported_before_it_is_due(book: Book) -> None:
    """Reports arrive in the order of their instants, and no regular one before its month has ended."""
    kinds = read_pack(gather_files([PACKS], PACK), PACK).kinds
    arrivals = [one.arrives for one in reports_of(book.said, kinds)]
    assert arrivals == sorted(arrivals)
    assert all(one.arrives.strftime("%Y-%m") > one.batch for one in book.said if one.is_regular)


def test_codes_belong_to_nobody() -> None:
    """Made-up credit codes have right check characters and a region that does not exist."""
    assert all(credit_code(n)[2:8] == "990000" for n in range(1, 60))
    assert len({credit_code(n) for n in range(1, 60)}) == 59


def test_signers_are_reported_by_digest_and_the_console_names_them(book: Book) -> None:
    """Digests are those that the public page compares, and the console's proposed questions have the answers it
    shows.
    """
    said = {
        (one.row["entity"], one.row["person"]): one.row["name_hash"] for one in book.said if one.kind == "signatory"
    }
    assert {entity for entity, _ in said} == set(ENTITIES)
    assert {len(digest) for digest in said.values()} == {64}
    assert ENTITIES[FIRM].name == ASKED[0][0] == ASKED[1][0] == ASKED[2][0]
    for (_, name), post in zip(ASKED, ("representative", "manager"), strict=False):
        assert said[FIRM, who(FIRM, post)] == name_digest(FIRM, name)
    assert name_digest(FIRM, ASKED[2][1]) not in said.values()


def test_make_up_days_are_worked() -> None:
    """The world counts working days by its own table, which agrees with the pack's on every day of its years."""
    pack = read_pack(gather_files([PACKS], PACK), PACK)
    from comptroller.books.facts.policy import working_days  # noqa: PLC0415 - the pack's own count

    said = {day: worked for day, worked, _ in working_days(pack.calendars) if 2024 <= day.year <= 2025}
    assert [day for day, worked in said.items() if worked != is_working(day)] == []
