"""A small world of trade: one deal with its four flows, a body that never studied it, and payments that go round."""

import datetime as dt
from itertools import count

from comptroller.cli.serve import let_in
from comptroller.web.runtime.server import Server
from tests.consoles import NOW, PASSWORD
from tests.worlds import OWNER, fresh_node, moment, report, take

ENTITIES = (("G1", OWNER), ("A", "G1"), ("B", "G1"), ("G2", OWNER), ("D", "G2"))
PEOPLE = (
    ("supervisor", {"role": "supervisor", "entity": OWNER}),
    ("group", {"role": "supervisor", "entity": "G1"}),
    ("other", {"role": "supervisor", "entity": "G2"}),
    ("finance", {"role": "supervisor", "entity": OWNER, "domain": "finance"}),
)
DEAL = "HT-1"


def trading_desk(folder):
    """Return a desk that works over the world of trade, under the rules over the capital graph."""
    worker = fresh_node(folder, "cn-capital")
    for at, (reporter, kind, *rows) in enumerate(_reports()):
        taken = take(worker, report(kind, *rows, reporter=reporter), at=f"2024-06-{1 + at:02}T09:00:00")
        assert not taken.refused, taken
    worker.tick(moment("2024-06-30T09:00:00"), moment("2024-06-30T09:00:00"))
    worker.close()
    numbers = count(1)
    server = Server(folder / "node", lambda: NOW, lambda: f"{next(numbers):06d}-secret-for-tests-of-strips")
    server.start()
    for login, grant in PEOPLE:
        let_in(server, {"login": login, "name": login}, [grant | {"reason": "test"}], dt.date(2024, 1, 1))
        server.accounts.set_password(login, PASSWORD)
    return server


def _reports():
    firm = {"form": "sole_state", "has_party_committee": True, "valid_from": "2020-01-01"}
    rows = [{"entity": e, "parent": p, "name": f"{e} 公司"} | firm for e, p in ENTITIES]
    yield OWNER, "entity", {"entity": OWNER, "name": "市国资", "valid_from": "2020-01-01"}, *rows
    listed = {"list": "prestudy", "item": "investment", "body": "party_committee", "limit_cny": 1000}
    yield "A", "list_line", {"entity": "A", "valid_from": "2022-01-01"} | listed
    head = {"entity": "A", "person": "P-HEAD", "post": "legal_representative", "valid_from": "2020-01-01"}
    yield "A", "post", head
    matter = {"entity": "A", "matter": "M1"}
    yield "A", "matter", matter | {"title": "煤炭采购", "item": "investment", "amount": 5000, "raised_on": "2024-02-26"}
    board = {"body": "board", "kind": "decision", "outcome": "approved", "decided_at": "2024-03-01T14:30:00"}
    yield "A", "decision", matter | {"decision": "D1", "amount": 5000} | board
    deal = {"entity": "A", "contract": DEAL}
    signed = {
        "counterparty": "B",
        "kind": "trade",
        "amount": 5000,
        "signed_on": "2024-03-04",
        "matter": "M1",
        "signer": "P-NOBODY",
    }
    yield "A", "contract", deal | signed
    coal = {"goods": "coal", "quantity": 50, "price_cny": 48, "receiver": "A"}
    goods = [
        deal | coal | {"shipment": f"S{n}", "shipper": p, "shipped_on": f"2024-03-{8 + n:02}"}
        for n, p in ((1, "B"), (2, "D"))
    ]
    goods[0]["invoice"] = "F1"
    yield "A", "shipment", *goods
    paid = {"payee_kind": "entity", "amount": 2400}
    yield (
        "A",
        "payment",
        deal | paid | {"payment": "P1", "payee": "B", "paid_at": "2024-03-05T10:30:00", "matter": "M1"},
    )
    yield (
        "A",
        "invoice",
        {
            "entity": "A",
            "side": "input",
            "invoice": "F1",
            "counterparty": "B",
            "gross": 2400,
            "issued_on": "2024-03-13",
        },
    )
    yield "B", "payment", paid | {"entity": "B", "payment": "P2", "payee": "D", "paid_on": "2024-03-11"}
    yield "D", "payment", paid | {"entity": "D", "payment": "P3", "payee": "A", "paid_on": "2024-03-15"}
