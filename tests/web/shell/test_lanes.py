"""Lanes of requests: each act of a tip-off has its own, whichever other requests come."""

from comptroller.web.shell.lanes import WORKED, lane_of, slots_of


def test_acts_of_a_tip_off_share_no_lane():
    """Page, ticket, lodging, reading and writing are counted apart, from each other and from all other addresses."""
    paths = ["", "/ticket", "/lodge", "/read", "/write"]
    lanes = [lane_of(f"/public/tips{path}") for path in paths]
    others = [
        lane_of(path) for path in ("/public", "/public/enterprise", "/public/tipsy", "/findings", "/sign-in", "/")
    ]
    assert len(set(lanes)) == 5
    assert not set(lanes) & set(others)
    assert lane_of("/public/tips/") == lanes[0]
    assert set(lanes[1:]) == WORKED


def test_pages_of_a_lane_wait_for_their_own():
    """The page of tip-offs has slots of its own beside those of the console and of other public pages."""
    found = slots_of(4)
    assert found[""] == 4
    assert {lane_of("/public/tips"), lane_of("/public/verify")} <= set(found)
