"""Who may report a kind: each kind is checked against the report's channel, and acts against the signed-in user.

The check reads the tables of a report, so neither the format nor the spelling of a kind changes the result.
"""

from collections.abc import Iterator, Mapping, Sequence

import pyarrow as pa
import pyarrow.compute as pc

from comptroller.model.channel import CONSOLE, OPERATOR, PUBLIC
from comptroller.model.kind import Kind
from comptroller.model.refusal import Refusal, refusal
from comptroller.model.report import Report
from comptroller.model.text import Text, message

OFFICER, APPROVER = "by", "approved_by"


def check_channels(
    kinds: Mapping[str, Kind], reports: Sequence[Report], raws: Mapping[str, pa.Table]
) -> tuple[dict[str, pa.Table], dict[int, list[Refusal]]]:
    """Return the raw tables of the reports that their channels may send, and the refusals of all others.

    A report with a kind that its channel may not report is rejected for that alone; its rows are not checked further.
    """
    channels = {report.channel for report in reports}
    barred: dict[int, list[Refusal]] = {}
    for name, raw in sorted(raws.items()):
        if not all(may_report(kinds[name], channel) for channel in channels):
            for at in pc.unique(raw.column("report")).to_pylist():
                if not may_report(kinds[name], reports[at].channel):
                    barred.setdefault(at, []).append(wrong_channel(kinds[name], reports[at].name))
    if not barred:
        return dict(raws), barred
    away = pa.array(sorted(barred), pa.int64())
    left = {name: raw.filter(pc.invert(pc.is_in(raw.column("report"), value_set=away))) for name, raw in raws.items()}
    return {name: raw for name, raw in left.items() if raw.num_rows}, barred


def check_names(
    kinds: Mapping[str, Kind], reports: Sequence[Report], tables: Mapping[str, pa.Table]
) -> Iterator[tuple[int, Refusal]]:
    """Yield a refusal for each act that names another as who acts or approves than the users of its report."""
    for name, table in tables.items():
        if _is_act(kinds[name]):
            yield from _other_names(kinds[name], reports, table)


def may_report(kind: Kind, channel: str) -> bool:
    """Return whether facts of a kind are accepted from a channel."""
    return channel in kind.reported_by or (channel == OPERATOR and not kind.is_made)


def wrong_channel(kind: Kind, file: str) -> Refusal:
    """Return the refusal of a kind that its channel may not report."""
    channels = [message(f"intake.channel.{channel}") for channel in kind.reported_by]
    label = Text(zh=kind.title.zh, en=kind.name)
    return refusal("desk.kind", (file, None, "kind"), kind.name, kind=label, channels=channels)


def _is_act(kind: Kind) -> bool:
    """Return whether rows of a kind may be acts of the console or of a public page, and name who acts."""
    return not {CONSOLE, PUBLIC}.isdisjoint(kind.reported_by) and OFFICER in kind.columns


def _other_names(kind: Kind, reports: Sequence[Report], table: pa.Table) -> Iterator[tuple[int, Refusal]]:
    """Yield a refusal for each row that names another than its report's own users as who acts or approves.

    Who acts for an enterprise is the enterprise's own word; what the operator carries over was done by others.
    """
    columns = [column_name for column_name in (OFFICER, APPROVER) if column_name in kind.columns]
    for row in table.select(["report", "line", *columns]).to_pylist():
        report = reports[row["report"]]
        if report.channel not in (CONSOLE, PUBLIC):
            continue
        for column, user in ((OFFICER, report.login), (APPROVER, report.approver)):
            named = row.get(column)
            if named is not None and named != user:
                user_text = user or message("intake.sender.officer.none")
                place = (report.name, row["line"], f"{kind.name}.{column}")
                yield row["report"], refusal("intake.sender.officer", place, named, user=user_text)
