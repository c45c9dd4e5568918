"""A node with one finding in one case, and builders of steps and answers."""

from pathlib import Path
from typing import Any

from comptroller.engine import Engine, Taken
from comptroller.model.refusal import Refusal
from tests.worlds import OWNER, fresh_node, kept, report, take

GROUP, FIRM, CASE_RULE = "913300000000000001", "G1", "acted_before_approval"


def city(folder: Path, pack: str = "cn-central") -> Engine:
    """Return a node with an owner's group G and its firms G1 and G2."""
    node = fresh_node(folder, pack)
    rows = [{"entity": OWNER, "name": "Owner"}, {"entity": "G", "name": "Group", "parent": OWNER}]
    rows += [{"entity": one, "name": one, "parent": "G"} for one in ("G1", "G2")]
    kept(node, report("entity", *rows), at="2024-03-01T09:00:00")
    return node


def pay(node: Engine, number: str = "P1", matter: str = "M1", firm: str = FIRM, *, at: str) -> None:
    """Report a payment of a firm for a matter that its board approves four days later."""
    paid = {"entity": firm, "payment": number, "amount": 500, "matter": matter, "paid_at": "2024-03-04T10:00:00"}
    late = {"entity": firm, "decision": f"D{matter}", "matter": matter, "body": "board", "outcome": "approved"}
    kept(node, report("payment", paid), report("decision", {**late, "decided_at": "2024-03-08T10:00:00"}), at=at)


def correct_approval(node: Engine, matter: str = "M1", *, decided: str, at: str, firm: str = FIRM) -> None:
    """Report a correction of the approval day."""
    row = {"entity": firm, "decision": f"D{matter}", "matter": matter, "body": "board", "outcome": "approved"}
    kept(node, report("decision", {**row, "decided_at": decided, "act": "correct"}), at=at)


def the_case(node: Engine, entity: str = FIRM) -> str:
    """Return the name of the one case about an entity."""
    rows = node.duck.rows("SELECT case_id FROM case_now WHERE entity = ?", [entity])
    assert len(rows) == 1, rows
    return str(rows[0][0])


_number = iter(range(1, 1_000_000))


def step(case_id: str, move: str, line: str, by: str, on: str, **more: Any) -> dict[str, Any]:
    """Return a step of a line as a row."""
    row = {"step": f"S{next(_number)}", "case_id": case_id, "office": OWNER, "by_line": line, "move": move}
    return {**row, "by": by, "done_on": on, "reason": f"{move} because", **more}


def answer(case_id: str, move: str, on: str, by: str = "E1", firm: str = FIRM, **more: Any) -> dict[str, Any]:
    """Return an answer of a firm as a row."""
    row = {"entity": firm, "answer": f"A{next(_number)}", "case_id": case_id, "move": move, "done_on": on, "by": by}
    return {**row, "reason": f"{move} so", **more}


def ask(case_id: str, line: str, by: str, on: str, material: str = "minutes") -> dict[str, Any]:
    """Return a request of a line for material as a row; by it the line releases the case to the firm."""
    row = {"request": f"R{next(_number)}", "case_id": case_id, "office": OWNER, "by_line": line, "by": by}
    return {**row, "material": material, "asked_on": on}


def take_steps(node: Engine, *rows: dict[str, Any], kind: str = "case_step") -> None:
    """Report steps on the day of the last of them, at noon."""
    day = rows[-1].get("done_on") or rows[-1].get("asked_on") or rows[-1].get("sent_on") or rows[-1].get("obtained_on")
    kept(node, report(kind, *rows), at=f"{day}T12:00:00")


def send_answers(node: Engine, *rows: dict[str, Any]) -> None:
    """Report answers of a firm."""
    kept(node, report("enterprise_answer", *rows, reporter=rows[0]["entity"]), at=f"{rows[-1]['done_on']}T12:00:00")


def refusals_of(node: Engine, row: dict[str, Any], kind: str = "case_step", **more: Any) -> list[Refusal]:
    """Return the refusals of one row."""
    day = row.get("done_on") or row.get("asked_on") or row.get("sent_on")
    taken: Taken = take(node, report(kind, row, **more), at=f"{more.pop('at', day)}T12:00:00")
    return taken.refused.get(0, [])


def state(node: Engine, case_id: str) -> str:
    """Return the state of a case."""
    return str(node.duck.rows("SELECT state FROM case_now WHERE case_id = ?", [case_id])[0][0])
