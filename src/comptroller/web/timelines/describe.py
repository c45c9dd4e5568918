"""A timeline in words: the lane of each step, its text, its days, and the findings about it."""

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from comptroller.model.kind import FACT_LINES, Field, Kind
from comptroller.model.policy import Rule
from comptroller.web.shell import formatting
from comptroller.web.shell.labels import cell
from comptroller.web.shell.visit import Visit
from comptroller.web.timelines.gather import Step, Timeline, holds_for_a_time
from comptroller.web.timelines.layout import LaneText, Picture, render_timeline

_BODY, _TITLE, _AMOUNT = "body", "title", "amount_cny"
_DAYS = ("day", "instant")
_NEVER = dt.datetime(9999, 12, 31)  # noqa: DTZ001 - days of facts have no zone


@dataclass(frozen=True, slots=True)
class StepText:
    """One step as a line of the table: day, lane, text, amount, findings, and its place in the ledger."""

    step: Step
    code: str
    when: str
    lane: str
    words: str
    amount: Any
    flags: tuple[int, ...]
    entry: int
    place: int
    is_asked: bool


@dataclass(frozen=True, slots=True)
class Complaint:
    """A finding about a timeline: its number in the picture, the rule, the clause, and the facts concerned."""

    number: int
    finding: str
    rule: Rule | None
    name: str
    since: dt.date | None
    clause: str
    facts: frozenset[int]


def describe(visit: Visit, strip: Timeline) -> tuple[list[StepText], list[Complaint], Picture | None]:
    """Return a timeline as lines in their order, its findings, and its picture."""
    mine = {step.fact for step in strip.steps}
    complaints = [_complaint(visit, number, row, mine) for number, row in enumerate(strip.findings, 1)]
    flags = {fact: tuple(c.number for c in complaints if fact in c.facts) for fact in mine}
    lines = sorted(
        (_step_text(visit, step, flags[step.fact], strip) for step in strip.steps),
        key=lambda item: (item.when == formatting.NOTHING, item.when, item.step.fact),
    )
    marks = [mark for step in strip.steps for mark in _marks(visit, step, flags[step.fact])]
    absent = [mark for item in complaints if (mark := _missing_step(visit, item)) is not None]
    titles = _lanes(visit, strip, marks, absent)
    words = [(c.number, c.since, _flag_words(visit, c), c.facts) for c in complaints]
    return lines, complaints, render_timeline([*marks, *absent], titles, words, lambda a, b: _working(visit, a, b))


def _complaint(visit: Visit, number: int, row: Mapping[str, Any], mine: set[int]) -> Complaint:
    rule = visit.pack.rules.get(row["rule"])
    facts = frozenset(int(fact) for fact in row["entries"] or ()) & mine
    return Complaint(number, row["finding"], rule, row["rule"], row["since"], clause(visit, rule, row["since"]), facts)


def clause(visit: Visit, rule: Rule | None, on: dt.date | None) -> str:
    """Return the first source that a rule cites and that was in force on a day, with its article."""
    for cite in rule.cites if rule else ():
        source = visit.pack.sources[cite.source]
        begins, ends = source.valid_from, source.valid_until
        if on is None or ((begins is None or begins <= on) and (ends is None or on < ends)):
            article = f" {visit.text('finding.article', article=cite.article)}" if cite.article else ""
            return f"{visit.in_language(source.title) or cite.source}{article}"
    return ""


def _flag_words(visit: Visit, complaint: Complaint) -> str:
    title = visit.in_language(complaint.rule.title) if complaint.rule else complaint.name
    return f"{title} · {complaint.clause}" if complaint.clause else title


def lane_of(visit: Visit, step: Step) -> tuple[str, str]:
    """Return the lane of a step: that of its body, else that of its kind."""
    body = _field(step.kind, _BODY)
    value = step.row.get(_BODY)
    if body is not None and body.choices and value in body.choices:
        return f"{step.kind.name}/{value}", visit.in_language(body.choices[value])
    return step.kind.name, visit.in_language(step.kind.title)


def _field(kind: Kind, name: str) -> Field | None:
    return next((field for field in kind.fields if field.name == name), None)


def words_of(visit: Visit, step: Step) -> str:
    """Return the text of a step: its title, or its choices and the other party."""
    title = str(step.row.get(_TITLE) or "")
    chosen = [
        visit.in_language(field.choices[str(step.row[field.name])])
        for field in step.kind.fields
        if field.choices
        and field.name not in (_BODY, "status")
        and not field.name.endswith("_kind")
        and str(step.row.get(field.name)) in field.choices
    ]
    if title:
        return " · ".join([title, *chosen[:1]])
    party = next((str(step.row[f.name]) for f in step.kind.fields if f.type == "text" and step.row.get(f.name)), "")
    return " · ".join([*chosen[:2], *([visit.names.get(party, party)] if party else [])])


def moment_of(step: Step) -> dt.datetime | None:
    """Return when a step happened: to the minute where that was reported, else its day."""
    valid = step.kind.valid
    on = valid.get("at") or valid.get("on") or valid.get("from") or ""
    exact = step.row.get(f"{on.removesuffix('_on')}_at") if on.endswith("_on") else None
    return _moment(exact if exact is not None else step.row.get(on))


def _moment(value: Any) -> dt.datetime | None:
    if isinstance(value, dt.datetime):
        return value
    return dt.datetime.combine(value, dt.time.min) if isinstance(value, dt.date) else None


def _when(moment: dt.datetime | None) -> str:
    if moment is None:
        return formatting.NOTHING
    return moment.date().isoformat() if moment.time() == dt.time.min else formatting.day(moment)


def _step_text(visit: Visit, step: Step, flags: tuple[int, ...], strip: Timeline) -> StepText:
    name = step.kind.name
    code = str(step.row.get(name) or "")
    return StepText(
        step=step,
        code=code,
        when=_when(moment_of(step)),
        lane=lane_of(visit, step)[1],
        words=words_of(visit, step),
        amount=step.row.get(_AMOUNT),
        flags=flags,
        entry=step.fact // FACT_LINES,
        place=step.fact % FACT_LINES,
        is_asked=(name, code) == strip.asked,
    )


def _marks(visit: Visit, step: Step, flags: tuple[int, ...]) -> Iterable[LaneText]:
    """Yield the marks of a step: the step itself, its other days, and its period where it has one."""
    lane, first = lane_of(visit, step)[0], moment_of(step)
    words = words_of(visit, step)
    amount = step.row.get(_AMOUNT)
    if amount is not None:
        words = (
            f"{words} · {formatting.amount(amount, visit.language)}"
            if words
            else formatting.amount(amount, visit.language)
        )
    if holds_for_a_time(step.kind):
        if first is not None:
            until = step.row.get(step.kind.valid.get("until", "")) or dt.date.max
            yield LaneText(
                lane, first, words or str(step.row.get(step.kind.name) or ""), step.fact, True, False, until, flags
            )
        return
    on = step.kind.valid.get("at") or step.kind.valid.get("on") or ""
    taken = {on, f"{on.removesuffix('_on')}_at", f"{on.removesuffix('_at')}_on", "valid_from", "valid_until"}
    if first is not None:
        field = _field(step.kind, on)
        yield LaneText(
            lane, first, words or (visit.in_language(field.title) if field else ""), step.fact, True, False, None, flags
        )
    for field in step.kind.fields:
        moment = _moment(step.row.get(field.name)) if field.type in _DAYS and field.name not in taken else None
        if moment is not None:
            yield LaneText(lane, moment, visit.in_language(field.title), step.fact, is_first=first is None, flags=flags)


def _missing_step(visit: Visit, complaint: Complaint) -> LaneText | None:
    """Return the mark of a step that a rule requires and that is missing."""
    kind = visit.pack.kinds.get(complaint.rule.expects.get("kind", "")) if complaint.rule else None
    if kind is None or complaint.since is None or complaint.rule is None:
        return None
    body = complaint.rule.expects.get(_BODY, "")
    lane = f"{kind.name}/{body}" if body else kind.name
    at = dt.datetime.combine(complaint.since, dt.time.min)
    return LaneText(lane, at, visit.text("strips.absent"), -1, is_absent=True, flags=(complaint.number,))


def _lanes(visit: Visit, strip: Timeline, marks: Iterable[LaneText], absent: Iterable[LaneText]) -> dict[str, str]:
    """Return the lanes with their titles, in the order of their first steps; bodies come together."""
    titles = dict(lane_of(visit, step) for step in strip.steps)
    for mark in absent:
        table, _, body = mark.lane.partition("/")
        kind = visit.pack.kinds[table]
        field = _field(kind, _BODY)
        titles.setdefault(
            mark.lane, visit.in_language(field.choices[body]) if field and body else visit.in_language(kind.title)
        )
    begins: dict[str, dt.datetime] = {}
    for mark in [*marks, *absent]:
        table = mark.lane.partition("/")[0]
        late = _NEVER if mark.until else mark.at
        for key in (mark.lane, table):
            begins[key] = min(begins.get(key, _NEVER), late)

    def place(lane: str) -> tuple[object, ...]:
        table = lane.partition("/")[0]
        return begins.get(table, _NEVER), table, begins.get(lane, _NEVER)

    drawn = {mark.lane for mark in [*marks, *absent]}
    return {lane: titles[lane] for lane in sorted(titles, key=place) if lane in drawn}


def _working(visit: Visit, first: dt.date, last: dt.date) -> dict[dt.date, bool]:
    rows = visit.rows("SELECT day, is_working FROM working_day WHERE day BETWEEN ? AND ?", [first, last])
    return {row["day"]: bool(row["is_working"]) for row in rows}


def step_fields(visit: Visit, step: Step) -> list[tuple[str, str]]:
    """Return all fields of a step with their values."""
    return [
        (visit.in_language(field.title), cell(visit, field, step.row[field.name]))
        for field in step.kind.fields
        if step.row.get(field.name) is not None
    ]
