"""What was read of a report: its rows by kind and act, and what reading left out or changed."""

from dataclasses import dataclass

import numpy as np

from comptroller.intake.raw_table import Note
from comptroller.intake.validate import Facts
from comptroller.model.text import Text, message


@dataclass(frozen=True, slots=True)
class Echo:
    """What was read of one report: kind -> act -> count of rows, and the notes of reading."""

    rows: dict[str, dict[str, int]]
    notes: tuple[Note, ...]

    def as_json(self) -> dict[str, object]:
        """Return plain values: `rows`, and `notes` with their text in every language."""
        notes = [
            {"code": n.code, "field": n.field, "rows": n.rows, "line": n.line, "sent": n.sent, "read": n.read}
            | {"text": dict(note_text(n).items())}
            for n in self.notes
        ]
        return {"rows": self.rows, "notes": notes}


def echo_of(facts: Facts, report: int) -> Echo:
    """Return what was read of the report at a position of a batch."""
    rows: dict[str, dict[str, int]] = {}
    for kind, table in sorted(facts.tables.items()):
        acts = table.column("act").filter(np.equal(table.column("report").to_numpy(), report))
        if len(acts):
            rows[kind] = {item["values"]: item["counts"] for item in acts.value_counts().to_pylist()}
    return Echo(rows, tuple(facts.notes.get(report, ())))


def note_text(note: Note) -> Text:
    """Return a note as a sentence, in every language."""
    values = {"field": note.field, "count": note.rows, "line": note.line, "sent": note.sent, "read": note.read or "-"}
    return message(f"intake.note.{note.code}", **values)
