"""A report is accepted whole or rejected whole, with every refusal at once, in the order of arrival."""

from dataclasses import dataclass, field

import numpy as np
import pytest

from comptroller.intake.validate import Checked, check, shape
from comptroller.model.report import Report
from comptroller.store.duck import DuckDb
from tests.packs_small.small import said, small_pack


@dataclass
class Register:
    """What is known, as a value: entities with their managers, and no facts."""

    parents: dict[str, str | None] = field(default_factory=lambda: {"A": None, "B": "A"})
    owner: str = "O"

    def is_known(self, entity):
        """Return whether it is there."""
        return entity in self.parents

    def parent(self, entity):
        """Return its manager."""
        return self.parents.get(entity)

    def standing(self, _kind, keys):
        """Return no key as recorded."""
        return np.zeros(len(keys), dtype=np.int64), np.zeros(len(keys), dtype=np.uint64)


@pytest.fixture(scope="module")
def duck():
    """Yield one database for all checks."""
    one = DuckDb(memory="300MB")
    yield one
    one.close()


def paid(number, entity="B", **more):
    """Return a payment."""
    return {"entity": entity, "payment": number, "amount": 5, **more}


def look(duck: DuckDb, *reports: Report) -> Checked:
    """Check a batch against two known entities."""
    return check(duck, small_pack().kinds, reports, known=Register())


def codes(checked: Checked) -> dict[int, list[str]]:
    """Return the codes of refusals by report."""
    return {at: sorted(one.code for one in found) for at, found in checked.refused.items()}


def test_each_report_is_in_one_place(duck):
    """A report is accepted, rejected, or deferred; never two of these, and none is forgotten."""
    found = look(
        duck, said("payment", paid("P1")), said("payment", {}), said("payment", paid("P1")), said("payment", paid("P2"))
    )
    assert (found.accepted, sorted(found.refused), found.later) == ([0], [1], [2, 3])


def test_a_report_is_refused_whole(duck):
    """One wrong cell among many rows rejects all of them, and nothing of the report is among the facts."""
    rows = [paid(f"P{n}") for n in range(5)]
    found = look(duck, said("payment", *rows, paid("X", amount="much")), said("payment", paid("P9")))
    assert found.accepted == [1]
    assert found.facts.tables["payment"].column("payment").to_pylist() == ["P9"]
    assert found.facts.tables["payment"].column("report").to_pylist() == [0]


def test_shape_sender_and_sense_are_all_said_at_once(duck):
    """A sender learns everything that is wrong with a report from one answer."""
    rows = [paid("P1", amount="much"), paid("P2", entity="Z"), paid("P3", entity="A"), paid("P4"), paid("P4")]
    assert codes(look(duck, said("payment", *rows, by="B"))) == {
        0: [
            "intake.sender.reach",
            "intake.sender.reach",
            "intake.sense.entity",
            "intake.sense.key_twice",
            "intake.shape.money",
        ]
    }


def test_refusals_name_the_file(duck):
    """Every refusal of a report names the file that was sent."""
    found = look(duck, said("payment", paid("P1", entity="Z", amount="x", colour=1), by="X", name="sent.json"))
    assert {one.file for one in found.refused[0]} == {"sent.json"}


def test_nothing_known_is_needed_for_shape(duck):
    """The schema alone results in the same rows for accepted reports, so that the ledger can be folded again."""
    reports = [said("payment", paid("P1")), said("payment", paid("P2"), media="ndjson")]
    facts, refused = shape(duck, small_pack().kinds, reports)
    assert refused == {}
    assert facts.tables["payment"].equals(look(duck, *reports).facts.tables["payment"])
    assert facts.count == 2


def test_a_report_waits_for_what_another_one_brings(duck):
    """What needs an entity, a key or a right that an earlier report of the batch changes waits, and all after it wait too."""
    brings = said("entity", {"entity": "C", "name": "C"})
    assert look(duck, brings, said("payment", paid("P1", entity="C"))).later == [1]
    assert look(duck, brings, said("payment", paid("P1"))).later == []
    assert look(duck, brings, said("payment", paid("P1"), by="A")).later == [1]
    gone = said("entity", {"entity": "B", "act": "retract"})
    assert codes(look(duck, gone)) == {0: ["intake.sense.key_absent"]}
    assert look(duck, said("payment", paid("P1")), said("payment", paid("P1"))).later == [1]


def test_within_one_report_order_does_not_matter(duck):
    """A report may use the entity that it registers itself."""
    both = said("", {"kind": "payment", **paid("P1", entity="C")}, {"kind": "entity", "entity": "C", "name": "C"})
    assert look(duck, both).accepted == [0]


def test_an_empty_batch_is_nothing(duck):
    """No reports result in no facts and no refusals."""
    found = look(duck)
    assert (found.accepted, found.refused, found.later, found.facts.count) == ([], {}, [], 0)


@pytest.mark.parametrize("name", ["line", "report", "seq", "line_in_file", "seq_in_file"])
@pytest.mark.parametrize("way", ["json", "csv", "mapping"])
def test_a_file_may_not_speak_in_intake_s_own_columns(duck, name, way):
    """A column named like one that intake adds is rejected as any unknown one, and stops no other report."""
    names = list(dict.fromkeys((name.removesuffix("_in_file"), name)))
    rows = [paid("P1", **dict.fromkeys(names, "1"))]
    csv = f"entity,payment,amount,{','.join(names)}\nB,P1,5{',1' * len(names)}\n".encode()
    sql = f'-- kind: payment\nSELECT entity, payment, amount, 1 AS "{name}" FROM raw'
    one = {
        "json": said("payment", *rows),
        "csv": Report(csv, "csv", "a.csv", "O", "payment"),
        "mapping": Report(b"entity,payment,amount\nB,P1,5\n", "csv", "a.csv", "O", "payment", sql),
    }[way]
    found = look(duck, one, said("payment", paid("P2")))
    assert (found.accepted, found.later) == (([0, 1], []) if (way, name) == ("mapping", "line") else ([1], []))
