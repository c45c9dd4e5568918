"""Routes of findings by level, class and severity, to a line and an office; and the class of a loss."""

import datetime as dt
from dataclasses import replace
from decimal import Decimal
from functools import lru_cache

import pytest

from comptroller.cases.projection import loss_class
from comptroller.cases.route import RoutedFinding, Router, joins
from comptroller.model.policy import Pack
from comptroller.packs import gather_files, read_pack
from comptroller.store.duck import DuckDb
from tests.worlds import OWNER, PACKS

_CHAIN = ("G", "G1", "G11", "G111")


class _Register:
    """A register with one chain below the owner."""

    owner = OWNER

    def parent(self, entity: str) -> str | None:
        """Return the manager of an entity."""
        return dict(zip(_CHAIN, (OWNER, *_CHAIN), strict=False)).get(entity)


@lru_cache(maxsize=1)
def _pack() -> Pack:
    return read_pack(gather_files([PACKS], "cn-central"), "cn-central")


@pytest.fixture(scope="module")
def duck():
    """Yield books that know class and level of the chain."""
    books = DuckDb(memory="128MB")
    books.execute('CREATE TABLE entity (entity VARCHAR, "class" VARCHAR)')
    books.execute("CREATE TABLE level (entity VARCHAR, management INTEGER)")
    for at, name in enumerate(_CHAIN, 1):
        books.execute("INSERT INTO entity VALUES (?, ?)", [name, "commercial_1"])
        books.execute("INSERT INTO level VALUES (?, ?)", [name, at])
    yield books
    books.close()


def _rule(pack: Pack, severity: str) -> str:
    plain = ("data", "supervision")
    fits = (r for r in pack.rules.values() if r.severity == severity and r.kind not in plain and not r.problem)
    return next(r.name for r in fits if r.domain not in plain)


@pytest.mark.parametrize(
    ("entity", "severity", "route", "office"),
    [
        ("G11", "low", "deep_levels", "G1"),
        ("G111", "low", "deep_levels", "G11"),
        ("G1", "low", "rule_route", OWNER),
        ("G111", "high", "rule_route", OWNER),
    ],
)
def test_minor_findings_at_deep_levels_are_the_managers(duck, entity, severity, route, office) -> None:
    """From the third level on a minor finding goes to the entity's manager; severe or near findings go to the owner."""
    pack = _pack()
    finding = RoutedFinding("F", _rule(pack, severity), entity, "{}")
    router = Router(duck, pack, _Register())
    taken_route = router.route(finding)
    assert (
        taken_route.name.rsplit("/", 1)[1],
        router.event(finding, taken_route, dt.date(2024, 1, 1)).said["office"],
    ) == (
        route,
        office,
    )


def test_the_head_of_the_group_is_below_the_owner(duck) -> None:
    """Where a route names the head, it is the highest below the owner; of the head itself the owner handles."""
    router = Router(duck, _pack(), _Register())
    assert [router._office("head", one) for one in _CHAIN] == [OWNER, "G", "G", "G"]


def test_classes_and_rules_narrow_a_route(duck) -> None:
    """A route for another class of entity, or for other rules, is passed over."""
    pack = _pack()
    last = pack.case_policy.routes[-1]
    name = _rule(pack, "high")
    for more, fits in (
        ({"classes": ("commercial_1",)}, True),
        ({"classes": ("public",)}, False),
        ({"rules": (name.rsplit("/", 1)[1],)}, True),
        ({"rules": ("another",)}, False),
    ):
        first = replace(last, name="first", order=1, **more)
        narrowed = replace(pack, case_policy=replace(pack.case_policy, routes=(first, last)))
        routes = Router(duck, narrowed, _Register()).route(RoutedFinding("F", name, "G1", "{}"))
        assert (routes.name == "first") == fits, more


def test_keys_with_an_empty_column_join_nothing() -> None:
    """Findings join by a key only if all of its columns have values."""
    route = next(r for r in _pack().case_policy.routes if r.joins)
    finding = RoutedFinding("F", "r", "G1", '{"matter": "M1", "contract": "", "tender": null}')
    assert joins(route, finding) == ["entity=G1&matter=M1"]


@pytest.mark.parametrize(("loss", "named"), [("4999999.99", "general"), ("5000000", "larger"), ("50000000", "major")])
def test_a_loss_is_of_the_class_that_it_reaches(loss, named) -> None:
    """The lowest amount of a class belongs to it; before the series begins there is no class."""
    param = _pack().params["loss_class_floor_cny"]
    assert loss_class(param, Decimal(loss), dt.date(2024, 1, 1)) == named
    assert loss_class(param, Decimal(loss), dt.date(2010, 1, 1)) == ""
