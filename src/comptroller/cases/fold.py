"""A case as a replay of events: its state depends on them and on nothing else.

- Only an event sets a state; the same events produce the same case.
- A case that ended is reopened only by one of its findings that is raised or changed.
- A clock starts once for each cause, and ends once.
"""

from comptroller.cases.case import Case, CaseFinding, Event, MaterialRequest, Running
from comptroller.cases.closure import is_lapsed, next_state
from comptroller.cases.due_dates import DueDates
from comptroller.model.case_policy import CasePolicy, Clock
from comptroller.model.finding import LAPSED

SEVERITIES = ("info", "low", "med", "high", "crit")


def apply(case: Case, event: Event, work: CasePolicy, days: DueDates) -> None:
    """Apply an event to a case."""
    case.events += 1
    case.changed_on = event.on
    case.is_released = case.is_released or is_released_by(case.entity, event, work)
    head, _, tail = event.what.partition(".")
    if head == "finding":
        _apply_finding(case, tail, event, work, days)
        return
    if head == "move":
        _apply_move(case, tail, event, work, days)
        return
    if head == "request":
        _add_request(case, event)
    elif head == "evidence":
        _note_evidence(case, event)
    elif head == "loss":
        case.loss_cny, case.recovered_cny, case.loss_on = (
            event.text("amount_cny"),
            event.text("recovered_cny"),
            event.on,
        )
        case.loss_class = event.text("loss_class")
    _happen(case, event.what, event, work, days)


def is_released_by(entity: str, event: Event, work: CasePolicy) -> bool:
    """Return whether an event informs the entity of the case: a step, a request to it, or a letter to it."""
    head, _, tail = event.what.partition(".")
    if head == "move":
        move = work.moves.get(tail)
        return move is not None and move.tells_entity
    if event.what == "request.asked":
        return not event.text("supplied_to")
    return event.what == "letter.sent" and bool(entity) and event.text("addressee") == entity


def _apply_finding(case: Case, turn: str, event: Event, work: CasePolicy, days: DueDates) -> None:
    name = event.text("finding")
    case.touched.add(("finding", name))
    if turn == "raised":
        _raise_finding(case, event, work, days)
    elif turn == "cleared" and name in case.findings:
        finding = case.findings[name]
        finding.stands, finding.cleared_how = False, event.text("how")
        if finding.outcome == "open":
            finding.outcome = "lapsed" if finding.cleared_how in LAPSED else "withdrawn"
        _happen(case, event.what, event, work, days)
        if not case.standing and not case.is_ended:
            _move_on(case, event, work, days)


def _move_on(case: Case, event: Event, work: CasePolicy, days: DueDates) -> None:
    """Move a case on when its last finding is cleared: it closes itself or goes to review."""
    state, how = next_state(case, event)
    case.passes_as_of = event.said.get("entry") or None
    if how:
        _end(case, how, event)
    if how == "passed" and case.rectified_on is None:
        case.rectified_on = event.on
    if state != case.state:
        _enter(case, state, event, work, days)


def _raise_finding(case: Case, event: Event, work: CasePolicy, days: DueDates) -> None:
    """Add a finding, or raise it again; a case that had ended, or that was being verified, goes back."""
    name = event.text("finding")
    case_finding = case.findings.get(name)
    if case_finding is None:
        finding, entity, rule = (event.text(c) for c in ("finding", "entity", "rule"))
        severity, joins = event.text("severity"), event.text("joins")
        case_finding = case.findings[name] = CaseFinding(finding, entity, rule, severity, joins, event.on)
    case_finding.stands, case_finding.raised_on, case_finding.cleared_how, case_finding.is_past = (
        True,
        event.on,
        "",
        False,
    )
    case_finding.closes, case.passes_as_of = event.said.get("closes"), None
    is_new = not case.state
    if is_new:
        _open(case, event)
    if SEVERITIES.index(case_finding.severity) > SEVERITIES.index(case.severity or SEVERITIES[0]):
        case.severity = case_finding.severity
    if event.text("lead") not in ("", case.lead, *case.informed):
        case.informed.append(event.text("lead"))
    case.raised_on = event.on
    _happen(case, event.what, event, work, days)
    if case.is_ended:
        _reset(case, event)
    if is_new or case.is_ended:
        _enter(case, "triage", event, work, days)
    elif case.state == "verifying":
        _enter(case, case.before or "rectifying", event, work, days)


def _open(case: Case, event: Event) -> None:
    fields = event.said
    case.entity, case.office, case.lead = event.text("entity"), event.text("office"), event.text("lead")
    case.informed = [str(line) for line in fields["informed"] if line != case.lead]
    case.rule, case.severity, case.opened_on = event.text("rule"), event.text("severity"), event.on
    case.window_days = int(fields["window_days"])
    case.remedy = (int(fields["remedy"][0]), str(fields["remedy"][1])) if fields.get("remedy") else None


def _reset(case: Case, event: Event) -> None:
    """Reset a reopened case: what was done before no longer counts."""
    case.reopened, case.reopened_on = case.reopened + 1, event.on
    case.closed_by, case.closed_on, case.ended_how, case.is_accepted = "", None, "", False
    case.verified_by, case.verified_on, case.rectified_by, case.rectified_on = "", None, "", None
    case.evidence_on, case.inquiry, case.pending, case.pending_office, case.officers = None, "", "", "", {}
    for finding in case.findings.values():
        finding.is_past = not finding.stands
    _set_outcomes(case, "open")


def _set_outcomes(case: Case, outcome: str) -> None:
    """Set the outcome of the current findings."""
    for finding in case.standing:
        if finding.outcome != outcome:
            finding.outcome = outcome
            case.touched.add(("finding", finding.finding))


def _end(case: Case, how: str, event: Event) -> None:
    case.ended_how, case.closed_by, case.closed_on = how, event.by, event.on


def _apply_move(case: Case, name: str, event: Event, work: CasePolicy, days: DueDates) -> None:
    """Apply a move: its effect, then its next state. A move that the pack lacks changes nothing."""
    move = work.moves.get(name)
    if move is None:
        return
    case.officers[name] = event.by
    for answered in move.after:
        case.officers.pop(answered, None)
    _do(case, move.does, event, days)
    _note(case, name, event)
    _note_evidence(case, event)
    if move.to == "dismissed":
        _set_outcomes(case, "dismissed")
        _end(case, "dismissed", event)
    elif move.to == "closed":
        is_accepted = case.is_accepted and case.standing
        _end(case, "accepted" if is_accepted else "lapsed" if is_lapsed(case) else "rejudged", event)
    elif move.to == "triage":
        _reset(case, event)
    elif move.to == "rectifying":
        _set_outcomes(case, "confirmed")
    _happen(case, event.what, event, work, days)
    _answer(case, event, work, days)
    if move.to and move.to != case.state:
        _enter(case, move.to, event, work, days)


def _note(case: Case, name: str, event: Event) -> None:
    """Record who rectified and who verified, and which findings are contested."""
    if name == "rectify":
        case.rectified_by, case.rectified_on = event.by, event.on
    elif name == "verify":
        case.verified_by, case.verified_on = event.by, event.on
    elif name == "contest":
        for finding in case.findings.values():
            if event.text("finding") in ("", finding.finding) and not finding.contested:
                finding.contested = True
                case.touched.add(("finding", finding.finding))


def _do(case: Case, does: str, event: Event, days: DueDates) -> None:
    if does == "hand_over":
        case.pending, case.pending_office = event.text("to_line"), event.text("to_office")
    elif does == "receive":
        case.informed = [line for line in dict.fromkeys((*case.informed, case.lead)) if line != event.line]
        case.office = case.pending_office or case.office
        case.lead, case.pending, case.pending_office = event.line, "", ""
        for run in case.clocks:
            if run.binds == "lead" and not run.ended_on:
                run.line, run.holder = event.line, case.office
                case.touched.add(("clock", f"{run.clock} {run.instance}"))
    elif does == "decline":
        case.pending = case.pending_office = ""
    elif does == "inform" and event.text("to_line") not in (case.lead, *case.informed):
        case.informed.append(event.text("to_line"))
    elif does == "accept":
        case.is_accepted = True
        _set_outcomes(case, "confirmed")
    elif does in ("inquire", "conclude"):
        case.inquiry = event.line if does == "inquire" else ""
    elif does in ("extend", "stop", "resume"):
        _clock_act(case, does, event, days)


def _clock_act(case: Case, does: str, event: Event, days: DueDates) -> None:
    run = case.running(event.text("clock"))
    if run is None:
        return
    case.touched.add(("clock", f"{run.clock} {run.instance}"))
    if does == "extend":
        amount = int(event.said["extend_by"])
        run.extended, run.extensions = run.extended + amount, run.extensions + 1
        run.order_number = event.text("order_number")
        run.due_on = days.due(run.due_on, amount, run.unit) if run.due_on else None
    elif does == "stop" and run.stopped_on is None:
        run.stopped_on = event.on
    elif does == "resume" and run.stopped_on is not None:
        run.due_on = days.later(run.due_on, run.stopped_on, event.on, run.unit) if run.due_on else None
        run.stopped_on = None


def _note_evidence(case: Case, event: Event) -> None:
    """Record the latest day of evidence."""
    day = event.day("evidence_on")
    if day is not None:
        case.evidence_on = max(day, case.evidence_on or day)


def _add_request(case: Case, event: Event) -> None:
    request = MaterialRequest(event.text("request"), event.line, event.text("material"), event.on, event.day("due_on"))
    request.is_duplicate, request.supplied_to = bool(event.said.get("duplicate")), event.text("supplied_to")
    request.supplied_on = event.day("supplied_on")
    request.answered_on = event.on if request.is_saved else None
    case.requests[request.request] = request
    case.touched.add(("request", request.request))


def _answer(case: Case, event: Event, work: CasePolicy, days: DueDates) -> None:
    request = case.requests.get(event.text("request"))
    if request is not None and request.answered_on is None:
        request.answered_on = event.on
        case.touched.add(("request", request.request))
        _happen(case, "request.answered", event, work, days)


def _enter(case: Case, state: str, event: Event, work: CasePolicy, days: DueDates) -> None:
    case.before, case.state = case.state, state
    _happen(case, f"state.{state}", event, work, days)


def _happen(case: Case, tag: str, event: Event, work: CasePolicy, days: DueDates) -> None:
    """End the clocks that an event ends, then start the clocks that it starts."""
    for run in case.clocks:
        clock = work.clocks.get(run.clock)
        if not run.ended_on and (clock is None or (tag in clock.ends and _concerns(run, tag, event))):
            run.ended_on, run.stopped_on = event.on, None
            case.touched.add(("clock", f"{run.clock} {run.instance}"))
    if tag == "request.asked" and case.requests[event.text("request")].is_saved:
        return
    for clock in work.clocks.values():
        if tag in clock.starts and (not clock.lines or case.lead in clock.lines):
            _start(case, clock, tag, event, days)


def _concerns(run: Running, tag: str, event: Event) -> bool:
    """Return whether an event ends this run: the clock of a request or a letter is ended by its own answer only."""
    if tag == "request.answered":
        return run.instance == event.text("request")
    if run.instance.isdigit() or tag.startswith("state."):
        return True
    return event.text("letter") in ("", run.instance)


def _start(case: Case, clock: Clock, tag: str, event: Event, days: DueDates) -> None:
    own = {"request": event.text("request"), "letter": event.text("letter")}.get(tag.partition(".")[0], "")
    if not own and case.running(clock.name) is not None:
        return
    term, stated = clock.term(event.on), event.day("due_on")
    if term is None or (tag == "letter.sent" and not _is_asked_by_letter(case, clock, event)):
        return
    amount, unit = case.remedy if clock.of_rule and case.remedy else (term.amount, clock.unit)
    instance = own or str(1 + sum(1 for run in case.clocks if run.clock == clock.name))
    line = {"lead": case.lead, "pending": case.pending}.get(clock.binds, "")
    offices = {"entity": case.entity, "pending": case.pending_office or case.office}
    holder = offices.get(clock.binds, case.office)
    due = stated or days.due(event.on, amount, unit)
    verified = term.verified or stated is not None
    case.clocks.append(Running(clock.name, instance, clock.binds, holder, line, event.on, amount, unit, due, verified))
    case.touched.add(("clock", f"{clock.name} {instance}"))


def _is_asked_by_letter(case: Case, clock: Clock, event: Event) -> bool:
    """Return whether a letter sets a day and is addressed to the party that the clock binds."""
    return event.day("due_on") is not None and (clock.binds != "entity" or event.text("addressee") == case.entity)
