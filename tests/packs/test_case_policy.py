"""The case policy of a pack is rejected for gaps, dead ends and unknown names."""

from functools import lru_cache

import pytest

from comptroller.model.case_policy import STATES
from comptroller.model.refusal import BrokenPack
from comptroller.packs import gather_files, read_pack
from tests.worlds import PACKS


@lru_cache(maxsize=1)
def _files() -> dict[str, bytes]:
    return dict(gather_files([PACKS], "cn-central"))


def refused(path: str, old: str, new: str) -> list[tuple[str, str]]:
    """Return the refusals of the pack with a text in one of its files replaced, as code and field."""
    files = _files()
    text = files[path].decode()
    assert old in text
    with pytest.raises(BrokenPack) as broken:
        read_pack({**files, path: text.replace(old, new).encode()}, "cn-central")
    return [(item.code, item.field) for item in broken.value.refusals]


@pytest.mark.parametrize(
    ("path", "old", "new", "field"),
    [
        ("base/moves/close.yml", "to: closed", "to: gone", "to"),
        ("base/moves/close.yml", "by: [lead]", "by: [anybody]", "by"),
        ("base/moves/close.yml", "apart_from: [verify]", "apart_from: [look]", "apart_from"),
        ("base/moves/review.yml", "after: [appeal]", "after: [look]", "after"),
        ("base/moves/close.yml", "needs: [reason]", "needs: [colour]", "needs"),
        ("base/moves/hand_over.yml", "does: hand_over", "does: throw", "does"),
        ("cn-central/clocks/triage.yml", "starts: [state.triage]", "starts: [state.gone]", "starts"),
        ("cn-central/clocks/triage.yml", "amount: 5", "amount: 0", "terms"),
        ("cn-central/clocks/triage.yml", "unit: working days", "unit: moons", "unit"),
        ("cn-central/clocks/triage.yml", "from: 2026-01-01", "from: 2018-08-30", "terms"),
        ("cn-central/clocks/inquiry.yml", "extension_most: 3", "extension_most: 0", "extensions"),
        ("cn-central/routes/conduct.yml", "lead: discipline", "lead: nobody", "lead"),
        ("cn-central/routes/rule_route.yml", "closes_itself: [info", "closes_itself: [tiny", "closes_itself"),
        ("cn-central/routes/rule_route.yml", "joins:", "closes_with_loss: [huge]\njoins:", "closes_with_loss"),
        ("cn-central/routes/conduct.yml", "order: 30", "order: 90", "order"),
        ("cn-central/routes/conduct.yml", "living_off_enterprise", "nothing_known", "when.problems"),
        ("base/pack.yml", "discipline: {knows_persons", "nobody: {knows_persons", "sights"),
        ("cn-central/pack.yml", "loss_param: loss_class_floor_cny", "loss_param: none", "loss_param"),
    ],
)
def test_what_does_not_fit_is_refused(path: str, old: str, new: str, field: str) -> None:
    """Each wrong word is rejected at its field."""
    assert ("packs.casework", field) in refused(path, old, new)


def test_a_finding_may_not_fall_through_the_routes() -> None:
    """The last route has no conditions."""
    assert ("packs.casework", "when") in refused(
        "cn-central/routes/rule_route.yml", "order: 90", "order: 90\nwhen: {kinds: [limit]}"
    )


def test_no_state_is_a_dead_end() -> None:
    """A state that no move leaves, or that none reaches, is rejected."""
    assert ("packs.casework", "") in refused("base/moves/rectify.yml", "to: verifying", "to: rectifying")


def test_a_clock_cites_a_source_that_there_is() -> None:
    """Each term of a clock names its source."""
    assert ("packs.source", "cites") in refused(
        "cn-central/clocks/triage.yml", "source: accountability_measures_37_2018", "source: hearsay"
    )


def test_every_move_is_a_choice_of_its_kind() -> None:
    """The moves of the pack and the choices of their kinds are the same."""
    pack = read_pack(_files(), "cn-central")
    for kind in ("case_step", "enterprise_answer"):
        known = {name for name, move in pack.case_policy.moves.items() if move.of == kind}
        assert known == set(pack.kinds[kind].field("move").choices)
    assert list(STATES) == list(pack.kinds["case_now"].field("state").choices)
