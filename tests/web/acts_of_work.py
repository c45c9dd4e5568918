"""Acts of reporting, policy and cases: each returns the requests to send at once, and the count of its effects."""

import json
import re

from comptroller.web.policy import proposals
from tests.case_consoles import the_case
from tests.consoles import facts_of, form_key, sign_in
from tests.web.at_once import acts, entries_named, posting


def save_view(own):
    send = posting(sign_in(own, "group"), "/findings/views", name="mine", said="state=open")
    return send, lambda _: len(own.storage.saved("group", "findings"))


def send_form(own):
    row = {f"field_{name}": value for name, value in (facts_of("A")[0] | {"payment": "P-FORM"}).items()}
    send = posting(sign_in(own, "reporter"), "/reporting/form/payment", number="F-1", reporter="A", **row)
    return send, lambda _: entries_named(own, "payment-form.json", 0)


def send_file(own):
    browser = sign_in(own, "reporter")
    payload = json.dumps({"kind": "payment", "facts": [facts_of("A")[0] | {"payment": "P-FILE"}]}).encode()
    data = {"form_key": form_key(browser), "number": "F-2", "reporter": "A"}
    return (
        lambda: browser.post("/reporting/send", data=data, files={"file": ("once.json", payload)}),
        lambda _: entries_named(own, "once.json", 0),
    )


def send_report(own):
    browser = sign_in(own, "reporter")
    head = {"x-form-key": form_key(browser), "idempotency-key": "K-1"}
    payload = json.dumps({"kind": "payment", "facts": [facts_of("A")[0] | {"payment": "P-CALL"}]})

    def count(answers):
        assert {one.status_code for one in answers} == {201}
        assert len({one.text for one in answers}) == 1, "all get the same answer"
        other = browser.post("/api/v1/reports?name=call.json", content=payload + " ", headers=head)
        assert other.status_code == 409
        return entries_named(own, "call.json", 0)

    return lambda: browser.post("/api/v1/reports?name=call.json", content=payload, headers=head), count


def proposed(own):
    """Return the proposal that is to be replayed."""
    return str(own.storage.rows("SELECT proposal FROM proposal WHERE state = 'open'")[0][0])


def propose(own):
    path = next(name for name in own.pack.files if name.startswith("base/params/") or "/params/" in name)
    text = own.pack.files[path].decode() + "\n# once\n"
    send = posting(sign_in(own, "author"), "/policy/propose", path=path, text=text, why="once")
    return send, lambda _: len([one for one in proposals.proposals(own) if one.text.endswith("# once\n")])


def ended(own, name):
    """Wait until no job about a proposal is open."""
    while own.jobs.open_about(name):
        own.writer.do(lambda _worker: None).result(60)


def replay(own):
    name = proposed(own)
    send = posting(sign_in(own, "author"), f"/policy/proposals/{name}/replay")

    def count(_):
        ended(own, name)
        return acts(own, "replay")

    return send, count


def shadow(own):
    name = str(own.storage.rows("SELECT proposal FROM proposal WHERE state = 'replayed'")[0][0])
    send = posting(sign_in(own, "author"), f"/policy/proposals/{name}/shadow")
    return send, lambda _: acts(own, "shadow")


def end_shadow(own):
    name = str(own.storage.rows("SELECT proposal FROM shadow WHERE state = 'runs'")[0][0])
    send = posting(sign_in(own, "author"), f"/policy/proposals/{name}/shadow-end")
    return send, lambda _: acts(own, "shadow_end")


def adopt(own):
    name = str(own.storage.rows("SELECT proposal FROM proposal WHERE state = 'replayed'")[0][0])
    send = posting(sign_in(own, "adopter"), f"/policy/proposals/{name}/adopt")

    def count(_):
        ended(own, name)
        return acts(own, "adopt")

    return send, count


def withdraw(own):
    send, _ = propose(own)
    path = re.search(r"/policy/proposals/\w+", send().headers["location"]).group(0)
    return posting(sign_in(own, "author"), f"{path}/withdraw"), lambda _: acts(own, "withdraw")


def act_in_case(server):
    form = {"act": "loss_estimate", "amount_cny": "5", "reason": "r", "number": "N-PAGE"}
    send = posting(sign_in(server, "internal1"), f"/cases/{the_case(server)}/acts", **form)
    return send, lambda _: entries_of(server, "N-PAGE", "estimate")


def entries_of(server, number, key):
    """Return how many entries of the ledger hold an act with that number."""
    found = 0
    for one in range(1, server.ledger.size + 1):
        text = server.ledger.entry(one).payload or b""
        found += f'"{key}": "{number}"'.encode() in text
    return found


def call_in_case(server):
    browser = sign_in(server, "internal1")
    head, said = (
        {"x-form-key": form_key(browser)},
        {"act": "loss_estimate", "amount_cny": "6", "reason": "r", "number": "N-CALL"},
    )
    send = lambda: browser.post(f"/api/v1/cases/{the_case(server)}/acts", json=said, headers=head)  # noqa: E731
    return send, lambda _: entries_of(server, "N-CALL", "estimate")


def answer_in_inbox(server):
    form = {"act": "explain", "reason": "r", "number": "N-FIRM"}
    send = posting(sign_in(server, "firm"), f"/inbox/{the_case(server)}/acts", **form)
    return send, lambda _: entries_of(server, "N-FIRM", "answer")


def waits(server):
    """Return the number of an act that waits for a second officer, and how many entries there are."""
    browser = sign_in(server, "internal1")
    form = {"act": "responsibility", "person": "P1", "degree": "direct", "inquired_on": "2024-03-01"}
    head = {"x-form-key": form_key(browser)}
    done = browser.post(f"/api/v1/cases/{the_case(server)}/acts", json=form, headers=head)
    assert done.status_code == 202, done.text
    return done.json()["waits"], server.ledger.size


def settle_on_page(server):
    number, size = waits(server)
    send = posting(sign_in(server, "internal2"), f"/cases/{the_case(server)}/waiting/{number}", does="approve")
    return send, lambda _: new_acts(server, size)


def settle_by_call(server):
    form = {"act": "suppression", "valid_until": "2024-06-01", "reason": "r"}
    one, two = sign_in(server, "internal1"), sign_in(server, "internal2")
    path = f"/api/v1/cases/{the_case(server)}"
    number = one.post(f"{path}/acts", json=form, headers={"x-form-key": form_key(one)}).json()["waits"]
    size, head = server.ledger.size, {"x-form-key": form_key(two)}
    send = lambda: two.post(f"{path}/waiting/{number}", json={"approve": True}, headers=head)  # noqa: E731
    return send, lambda _: new_acts(server, size)


def new_acts(server, size):
    """Return how many entries of acts in cases came after an entry."""
    return entries_named(server, "desk-case.json", size)
