"""Admission: sign-in names that no reader confuses, one account for a person."""

import pytest

from comptroller.model.channel import OPERATOR
from comptroller.model.refusal import Refused
from comptroller.web.runtime import admission
from tests.consoles import open_desk


@pytest.fixture(scope="module")
def own(tmp_path_factory):
    """Yield a separate desk for admitting people."""
    opened = open_desk(tmp_path_factory.mktemp("admission"))
    yield opened
    opened.stop()


def test_a_person_is_admitted_under_the_folded_name(own):
    """What is stored is what is compared, and the name is signed in with in any spelling."""
    assert admission.admit(own, {"login": " ＮewName ", "name": "新人", "person": "P-9"}, OPERATOR, "") == "newname"
    assert [one.person for one in admission.users_of(own) if one.login == "newname"] == ["P-9"]
    assert own.accounts.login_of("NEWNAME") == "newname"
    for login in ("NewName", "newnаme"):
        with pytest.raises(Refused, match=r"desk\.name"):
            admission.admit(own, {"login": login, "name": "another"}, OPERATOR, "")


def test_persons_are_compared_by_code_and_else_by_name(own):
    """Codes on both sides decide; without one the normalised names do."""
    admission.admit(own, {"login": "one", "name": "王伟", "person": "P-1"}, OPERATOR, "")
    admission.admit(own, {"login": "two", "name": "王伟", "person": "P-2"}, OPERATOR, "")
    assert not admission.is_same_person(own, "one", "two")
    with pytest.raises(Refused, match=r"desk\.person"):
        admission.admit(own, {"login": "three", "name": "王 伟".replace(" ", "")}, OPERATOR, "")
    assert admission.is_same_person(own, "one", "one")
    assert not admission.is_same_person(own, "leader", "nobody")


def test_other_administrators_are_other_persons(own):
    """An administrator's second sign-in name is no second administrator."""
    assert admission.others_of(own, "administrator") == []
    assert admission.others_of(own, "leader") == ["administrator"]
