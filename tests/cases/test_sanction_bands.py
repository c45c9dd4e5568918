"""Bands of consequences are policy: the one of a class, a degree and a day, both ends included, or none."""

import datetime as dt
from decimal import Decimal

import pytest

from comptroller.cases.sanction_bands import band_of
from comptroller.packs import gather_files, read_pack
from tests.worlds import PACKS


@pytest.fixture(scope="module")
def pack():
    """Return the policy that has bands."""
    return read_pack(gather_files([PACKS], "cn-cases"), "cn-cases")


def test_a_band_is_of_its_class_degree_and_day(pack):
    """A general loss costs the directly responsible 30 to 50 percent, both included, and leaders 10 to 30;
    before the policy there is no band.
    """
    direct = band_of(pack, "general", "direct", dt.date(2024, 1, 1))
    assert direct is not None
    assert [direct.holds(Decimal(n)) for n in ("29.99", "30", "50", "50.01")] == [False, True, True, False]
    leading = band_of(pack, "general", "leading", dt.date(2024, 1, 1))
    assert leading is not None
    assert (leading.least, leading.most) == (10, 30)
    assert {band.source for band in leading.cites} == {"accountability_measures_37_2018"}
    later = band_of(pack, "general", "leading", dt.date(2026, 1, 1))
    assert later is not None
    assert {band.source for band in later.cites} == {"accountability_measures_46_2026"}
    assert band_of(pack, "general", "leading", dt.date(2018, 1, 1)) is None
    assert band_of(pack, "", "leading", dt.date(2024, 1, 1)) is None


def test_a_pack_without_bands_has_none():
    """A policy without bands returns none."""
    assert (
        band_of(read_pack(gather_files([PACKS], "cn-central"), "cn-central"), "general", "direct", dt.date.max) is None
    )
