"""A one-time link: opening it changes nothing, taking it up needs what its issuer does not have."""

import pytest

from comptroller.access.second_factor import code_of, step_of
from comptroller.web.runtime.secrets_at_rest import encrypt
from tests.consoles import NOW, PASSWORD, open_desk, sign_in, visitor

SECRET = b"12345678901234567890"


@pytest.fixture(scope="module")
def own(tmp_path_factory):
    """Yield a desk on a node with a passphrase, without a limit of sign-ins."""
    opened = open_desk(tmp_path_factory.mktemp("take_up"), passphrase=b"of the node", most_sign_ins_a_minute=1000)
    yield opened
    opened.stop()


def test_a_link_that_is_not_there_is_answered_like_one_that_ended(own):
    """No link, a wrong one and one that was used get the same answer."""
    own.accounts.handovers.issue("used", "group", "administrator", NOW, needs_proof=False)
    taken = {"link": "used", "new": PASSWORD, "again": PASSWORD}
    assert visitor(own).post("/take-up", data=taken).status_code == 303
    answers = [visitor(own).get("/take-up", params={"link": one}) for one in ("used", "wrong", "")]
    assert [one.status_code for one in answers] == [401] * 3
    assert len({one.text for one in answers}) == 1


def test_a_code_of_the_device_takes_a_link_up(own):
    """A user with the device of the account needs no second administrator; older sessions end."""
    own.accounts.factors.offer("leader", encrypt(SECRET, b"of the node", b"0" * 12))
    before = sign_in(own, "leader")
    assert own.accounts.factors.check("leader", SECRET, code_of(SECRET, step_of(NOW) - 1), NOW)
    own.accounts.handovers.issue("link", "leader", "administrator", NOW, needs_proof=True)
    taken = {"link": "link", "new": "another long password", "again": "another long password"}
    assert visitor(own).post("/take-up", data=taken).status_code == 401
    assert before.get("/findings").status_code == 200
    code = code_of(SECRET, step_of(NOW))
    assert visitor(own).post("/take-up", data=taken | {"code": code}).status_code == 303
    assert before.get("/findings").status_code == 401
    assert own.accounts.factors.is_on("leader")


def test_a_link_is_no_form_of_another_site(own):
    """What changes something comes from a page of this desk."""
    own.accounts.handovers.issue("cross", "author", "administrator", NOW, needs_proof=False)
    taken = {"link": "cross", "new": PASSWORD, "again": PASSWORD}
    assert visitor(own).post("/take-up", data=taken, headers={"origin": "https://elsewhere.example"}).status_code == 403
