"""Rings: legs in their order, the unknown left open, each place on the circle."""

from comptroller.web.timelines.flows import _legs, with_places


def row(position, entity, payee):
    words = {"leg": f"P{position}", "amount": 5, "goods": None, "day": None, "fact": position}
    return {"position": position, "legs": 3, "entity": entity, "payee": payee} | words


def test_a_leg_that_is_not_seen_keeps_its_place():
    """Its giver is known from the leg before, its taker from the leg after; nothing else is."""
    legs = _legs([row(1, "A", "B"), row(3, "C", "A")])
    assert [(leg.giver, leg.taker, leg.is_hidden) for leg in legs] == [
        ("A", "B", False),
        ("B", "C", True),
        ("C", "A", False),
    ]
    assert (legs[1].code, legs[1].amount, legs[1].fact) == ("", None, 0)


def test_each_leg_is_drawn_from_its_party_to_the_next():
    """As many places as legs, no two the same, each with its arc."""
    legs = with_places(_legs([row(n, e, p) for n, e, p in ((1, "A", "B"), (2, "B", "C"), (3, "C", "A"))]))
    assert len({(round(leg.x), round(leg.y)) for leg in legs}) == 3
    assert all(leg.arc.startswith("M") for leg in legs)
