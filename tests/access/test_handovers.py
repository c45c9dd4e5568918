"""Links and offers: each counts once, ends by itself, and lies on the disk as a digest alone."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from comptroller.access.accounts import Accounts
from comptroller.access.handovers import LONGEST_LINK, LONGEST_OFFER, MOST_TRIES, TOKEN
from tests.worlds import moment

AT = moment("2024-06-30T10:00:00")


@pytest.fixture
def accounts(tmp_path):
    opened = Accounts(tmp_path / "accounts.sqlite")
    yield opened
    opened.close()


def test_a_link_counts_once_and_a_new_one_ends_it(accounts, tmp_path):
    """Of eight that use it at once one does; the link before is worth nothing."""
    links = accounts.handovers
    links.issue("the first secret", "a", "root", AT, needs_proof=False)
    links.issue("the second secret", "a", "root", AT, needs_proof=False)
    assert links.link("the first secret", AT) is None
    assert links.link("the second secret", AT).login == "a"

    def use(_):
        own = Accounts(tmp_path / "accounts.sqlite")
        try:
            return own.handovers.use("the second secret")
        finally:
            own.close()

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(use, range(8))) == 1
    assert b"second secret" not in b"".join(p.read_bytes() for p in tmp_path.iterdir())


def test_a_code_is_released_once_and_tried_few_times(accounts):
    """A released code is not replaced; after a few wrong ones the link is gone; a link without need of proof takes none."""
    links = accounts.handovers
    links.issue("s", "a", "root", AT, needs_proof=True)
    assert links.release("a", "ABCD-EFGH", "root")
    assert not links.release("a", "OTHER", "root")
    assert not links.fits("s", "")
    assert links.fits("s", "abcd efgh")
    for _ in range(MOST_TRIES):
        links.fits("s", "wrong")
    assert not links.fits("s", "ABCD-EFGH")
    assert links.link("s", AT) is None
    links.issue("t", "b", "root", AT, needs_proof=False)
    assert not links.release("b", "X", "root")


def test_links_and_offers_end_by_themselves(accounts):
    """A link after three days, an offer after fourteen; the same offer twice is one."""
    links = accounts.handovers
    links.issue("s", "a", "root", AT, needs_proof=False)
    assert links.link("s", AT + LONGEST_LINK) is None
    assert links.offer("a", TOKEN, {"name": "n"}, "root", AT)
    assert not links.offer("a", TOKEN, {"name": "n"}, "root", AT)
    [offer] = links.offers(AT, "a")
    assert links.offers(AT, "b") == []
    assert links.offers(AT + LONGEST_OFFER, "a") == []
    assert links.settle(offer.number)
    assert not links.settle(offer.number)
