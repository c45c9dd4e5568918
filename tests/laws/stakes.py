"""Random stakes, relations, posts and entities among few parties: what the laws of the capital graph are tried on."""

from hypothesis import strategies as st

from tests.laws.worlds import Row

_party = st.sampled_from(["A", "B", "C", "D", "E"])
_act = st.sampled_from(["state", "state", "correct", "retract"])
_from = st.sampled_from(["2024-01-01", "2024-05-01", "2024-08-01"])
_until = st.sampled_from(["", "", "2024-07-01", "2024-10-01"])
_stake = st.fixed_dictionaries(
    {
        "act": _act,
        "holder": _party,
        "entity": _party,
        "share_pct": st.sampled_from(["", "20", "30", "50", "50.000001", "60", "100"]),
        "share_low_pct": st.sampled_from(["", "", "10"]),
        "share_high_pct": st.sampled_from(["", "", "70"]),
        "mode": st.sampled_from(["", "direct", "asserted_control"]),
        "valid_from": _from,
        "valid_until": _until,
    }
)
_relation = st.fixed_dictionaries(
    {
        "act": _act,
        "left_party": _party,
        "right_party": _party,
        "relation": st.sampled_from(["acting_in_concert", "agreement", "controls", "kin"]),
        "valid_from": _from,
        "valid_until": _until,
    }
)
_post = st.fixed_dictionaries(
    {
        "act": _act,
        "entity": st.sampled_from(["A", "B"]),
        "person": st.sampled_from(["p", "q"]),
        "post": st.sampled_from(["director", "chair"]),
        "appointed_by": st.sampled_from(["", "C", "D"]),
        "valid_from": _from,
        "valid_until": _until,
    }
)
_entity = st.fixed_dictionaries(
    {
        "act": st.just("state"),
        "entity": st.sampled_from(["C", "D"]),
        "name": st.just("N"),
        "parent": st.sampled_from(["A", "B", ""]),
        "form": st.sampled_from(["sole_state", "controlled"]),
        "is_owner": st.sampled_from(["true", "false"]),
    }
)


def _makes_sense(fact: tuple[str, Row]) -> bool:
    """Leave out what intake rejects: a relation to oneself, a period that ends before it begins."""
    row = fact[1]
    return row.get("left_party", "1") != row.get("right_party", "2") and (row.get("valid_until") or "9") > row.get(
        "valid_from", ""
    )


FACT = st.one_of(
    _stake.map(lambda row: ("stake", row)),
    _stake.map(lambda row: ("stake", row)),
    _relation.map(lambda row: ("relation", row)),
    _post.map(lambda row: ("post", row)),
    _entity.map(lambda row: ("entity", row)),
).filter(_makes_sense)
