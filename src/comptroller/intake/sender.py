"""May this reporter speak for this entity? Itself, who manages it at any height, and the node's owner may."""

from collections.abc import Mapping, Sequence

import pyarrow as pa

from comptroller.model.kind import Kind
from comptroller.model.known import Known
from comptroller.model.refusal import Refusal, refusal
from comptroller.model.said import Incoming

_HIGHEST = 64


def check_sender(
    kinds: Mapping[str, Kind], reports: Sequence[Incoming], tables: Mapping[str, pa.Table], known: Known
) -> list[tuple[int, Refusal]]:
    """Refuse reports by somebody unknown, and rows about an entity for which the reporter may not speak."""
    refusals: list[tuple[int, Refusal]] = []
    strangers: set[int] = set()
    for at, report in enumerate(reports):
        if report.reporter != known.owner and not known.is_known(report.reporter):
            strangers.add(at)
            wanted = ("登记簿中的报送单位", "a reporter that the register holds")
            mend = ("先登记该单位,或核对编码", "Register it first, or look its code up.")
            place = ("", None, "reporter")
            refusals.append((at, refusal("intake.sender.unknown", place, report.reporter, wanted, mend)))
    if all(report.reporter == known.owner for report in reports):
        return refusals
    said: dict[tuple[int, str, str], None] = {}
    allowed: dict[int, set[str]] = {}
    for name, table in tables.items():
        columns = [table.column(c) for c in kinds[name].books]
        pairs = pa.table({"report": table.column("report"), **{f"b{i}": c for i, c in enumerate(columns)}})
        groups = pairs.group_by(pairs.column_names).aggregate([])
        for row in groups.to_pylist():
            report = reports[row["report"]]
            subjects = [row[f"b{i}"] for i in range(len(columns)) if row[f"b{i}"] is not None]
            if row["report"] in strangers:
                continue
            mine = allowed.setdefault(row["report"], set())
            if not any(s in mine or may_speak(report.reporter, s, known) for s in subjects):
                said[row["report"], name, subjects[0] if subjects else "-"] = None
            else:
                mine.update(s for s in subjects if may_speak(report.reporter, s, known))
    for at, name, subject in said:
        wanted = (f"由 {subject} 自身或其上级报送", f"a reporter that is {subject} or manages it")
        mend = ("由有权单位报送", "Let a reporter send it that may speak for the entity.")
        place = ("", None, f"{name}.{kinds[name].books[0]}")
        refusals.append(
            (at, refusal("intake.sender.reach", place, f"{reports[at].reporter} -> {subject}", wanted, mend))
        )
    return refusals


def may_speak(reporter: str, entity: str, known: Known) -> bool:
    """Say whether `reporter` is the owner, the entity itself, or above it in the chain of management."""
    if reporter == known.owner:
        return True
    one: str | None = entity
    for _ in range(_HIGHEST):
        if one is None:
            return False
        if one == reporter:
            return True
        one = known.parent(one)
    return False
