"""Moves, clocks and routes from their files, with the checks: gaps, dead ends, unknown names."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from typing import Protocol

from comptroller.model.case_policy import (
    DOES,
    ENDED,
    PARTIES,
    PARTS,
    REQUIRES,
    STATES,
    UNITS,
    CasePolicy,
    Clock,
    Closing,
    Move,
    Route,
    Sight,
    Term,
)
from comptroller.model.cite import Cite
from comptroller.model.kind import Kind
from comptroller.model.policy import Param, Rule
from comptroller.model.refusal import Refusal, refusal
from comptroller.model.text import Text, message
from comptroller.packs import case_schema
from comptroller.packs.schema_types import Both, CiteForm

STEP, ANSWER = "case_step", "enterprise_answer"
"""The kinds with moves as facts: of a line and of an entity."""
HAPPENS = ("request.asked", "request.answered", "letter.sent", "finding.raised", "finding.cleared", "loss.estimated")
"""Events that may start or end a clock, beside entering a state and making a move."""
OFFICES = ("owner", "head", "manager")
SEVERITIES = ("crit", "high", "med", "low", "info")
BAND, BY_BAND = ("least", "most"), ("class", "degree")
"""The two limits of a sanction band, and the columns that select it."""


class Reject(Protocol):
    """Add a refusal of a file's field: what was seen, and the problem by the code of its message."""

    def __call__(self, full: str, field: str, seen: object, problem: str, **values: object) -> None:
        """Add the refusal; `values` fill in its message."""


def case_policy_of(  # noqa: PLR0913 - a case policy depends on all of these
    moves: Mapping[str, case_schema.MoveForm],
    clocks: Mapping[str, case_schema.ClockForm],
    routes: Mapping[str, case_schema.RouteForm],
    *,
    sights: Mapping[str, Sight],
    loss_param: str,
    band_params: Sequence[str],
    authority: Mapping[str, str],
    kinds: Mapping[str, Kind],
    rules: Mapping[str, Rule],
    params: Mapping[str, Param],
    words: Mapping[str, Mapping[str, Text]],
) -> tuple[CasePolicy, list[Refusal]]:
    """Return the case policy of a pack's files (by full name), and a refusal for everything that does not fit."""
    refusals: list[Refusal] = []

    def reject(full: str, field: str, seen: object, problem: str, **values: object) -> None:
        expected = message(f"packs.casework.{problem}:expected", **values)
        refusals.append(refusal("packs.casework", (f"{full}.yml", None, field), seen, expected))

    made = CasePolicy(
        moves={_stem(full): _move(full, form) for full, form in moves.items()},
        clocks={_stem(full): _clock(full, form) for full, form in clocks.items()},
        routes=tuple(sorted((_route(full, form) for full, form in routes.items()), key=lambda r: (r.order, r.name))),
        sights=dict(sights),
        loss_param=loss_param,
        band_params=tuple(band_params),
        authority=dict(authority),
    )
    for full, move in zip(moves, made.moves.values(), strict=True):
        _check_move(full, move, kinds, made, reject)
    for full, clock in zip(clocks, made.clocks.values(), strict=True):
        _check_clock(full, clock, made, words["lines"], reject)
    losses = {dict(v.by).get("class", "") for v in params[loss_param].values} if loss_param in params else set()
    for route in made.routes:
        _check_route(route, rules, words, reject)
        if route.closes is not None:
            _among(reject, route.name, "closes_itself", route.closes.severities, SEVERITIES)
            _among(reject, route.name, "closes_with_loss", route.closes.loss_classes, losses)
    if made.routes:
        _check_whole(made, kinds, reject)
    for line in sights:
        if line not in words["lines"]:
            reject("pack", "sights", line, "line")
    _among(reject, "pack", "authority", authority.values(), PARTS)
    _check_params(loss_param, band_params, params, reject)
    return made, refusals


def _check_params(loss_param: str, band_params: Sequence[str], params: Mapping[str, Param], reject: Reject) -> None:
    if loss_param and loss_param not in params:
        reject("pack", "loss_param", loss_param, "param")
    if band_params and (len(band_params) != len(BAND) or any(_by(params, name) != BY_BAND for name in band_params)):
        reject("pack", "band_params", ", ".join(band_params), "band")


def _by(params: Mapping[str, Param], name: str) -> tuple[str, ...]:
    return params[name].by if name in params else ()


def _stem(full: str) -> str:
    return full.rsplit("/", 1)[-1]


def _text(both: Both) -> Text:
    return Text(both)


def _move(full: str, form: case_schema.MoveForm) -> Move:
    return Move(
        name=_stem(full),
        title=_text(form.title),
        of=form.of,
        by=tuple(form.by),
        states=tuple(form.states) or tuple(STATES),
        to=form.to,
        does=form.does,
        needs=tuple(form.needs),
        requires=tuple(form.requires),
        apart_from=tuple(form.apart_from),
        after=tuple(form.after),
        two_officers=form.two_officers,
        entity_sees=form.entity_sees,
        releases=form.releases,
    )


def _clock(full: str, form: case_schema.ClockForm) -> Clock:
    terms = [Term(t.amount, t.since, t.verified, _cites(t.cites)) for t in form.terms]
    return Clock(
        name=_stem(full),
        title=_text(form.title),
        unit=form.unit,
        starts=tuple(form.starts),
        ends=tuple(form.ends),
        binds=form.binds,
        terms=tuple(sorted(terms, key=lambda t: t.valid_from)),
        of_rule=form.of_rule,
        lines=tuple(form.lines),
        extensions=form.extensions,
        extension_most=form.extension_most,
    )


def _cites(cites: CiteForm | list[CiteForm]) -> tuple[Cite, ...]:
    return tuple(Cite(cite.source, cite.article) for cite in (cites if isinstance(cites, list) else [cites]))


def _route(full: str, form: case_schema.RouteForm) -> Route:
    when = form.when
    closing = Closing(tuple(form.closes_itself), tuple(form.closes_with_loss), form.closes_with_persons)
    return Route(
        name=full,
        title=_text(form.title),
        order=form.order,
        opens=form.opens,
        rules=tuple(when.rules),
        kinds=tuple(when.kinds),
        severities=tuple(when.severities),
        domains=tuple(when.domains),
        problems=tuple(when.problems),
        classes=tuple(when.classes),
        level_from=when.level_from,
        level_until=when.level_until,
        lead=form.lead,
        informed=tuple(form.informed),
        office=form.office,
        joins=tuple(tuple(item) for item in form.joins),
        window_days=form.window_days,
        closes=closing if closing.severities else None,
        cites=tuple(Cite(item.source, item.article) for item in form.cites),
    )


def _among(reject: Reject, full: str, field: str, words: Iterable[str], known: Iterable[str]) -> None:
    """Reject names that are not known."""
    listed = sorted(known)
    for word in words:
        if word not in listed:
            reject(full, field, word, "one_of", names=listed)


def _check_move(full: str, move: Move, kinds: Mapping[str, Kind], made: CasePolicy, reject: Reject) -> None:
    _among(reject, full, "of", [move.of], (STEP, ANSWER))
    _among(reject, full, "by", move.by, PARTIES)
    _among(reject, full, "states", move.states, STATES)
    _among(reject, full, "to", [move.to] if move.to else [], STATES)
    _among(reject, full, "does", [move.does], DOES)
    _among(reject, full, "requires", move.requires, REQUIRES)
    _among(reject, full, "apart_from", move.apart_from, made.moves)
    _among(reject, full, "after", move.after, made.moves)
    if not move.by:
        reject(full, "by", "-", "party")
    kind = kinds.get(move.of)
    if kind is not None:
        _among(reject, full, "needs", move.needs, kind.columns)
        _among(reject, full, "", [move.name], kind.field("move").choices)


def _check_clock(full: str, clock: Clock, made: CasePolicy, lines: Mapping[str, Text], reject: Reject) -> None:
    happens = {*HAPPENS, *(f"state.{s}" for s in STATES), *(f"move.{m}" for m in made.moves)}
    _among(reject, full, "unit", [clock.unit], UNITS)
    _among(reject, full, "starts", clock.starts, happens)
    _among(reject, full, "ends", clock.ends, happens)
    _among(reject, full, "binds", [clock.binds], PARTIES)
    _among(reject, full, "lines", clock.lines, lines)
    for field, items in (("starts", clock.starts), ("ends", clock.ends), ("terms", clock.terms)):
        if not items:
            reject(full, field, "-", "empty")
    for earlier, later in pairwise(clock.terms):
        if earlier.valid_from == later.valid_from:
            reject(full, "terms", later.valid_from, "terms")
    if any(term.amount < 1 for term in clock.terms):
        reject(full, "terms", [t.amount for t in clock.terms], "amounts")
    if any(not term.cites for term in clock.terms):
        reject(full, "terms", "-", "cites")
    if bool(clock.extensions) != bool(clock.extension_most):
        reject(full, "extensions", clock.extensions, "extensions")


def _check_route(
    route: Route, rules: Mapping[str, Rule], words: Mapping[str, Mapping[str, Text]], reject: Reject
) -> None:
    lines = words["lines"]
    _among(reject, route.name, "lead", [route.lead] if route.lead else [], lines)
    _among(reject, route.name, "informed", route.informed, lines)
    _among(reject, route.name, "office", [route.office], OFFICES)
    _among(reject, route.name, "when.domains", route.domains, words["domains"])
    _among(reject, route.name, "when.problems", route.problems, words["problems"])
    _among(
        reject, route.name, "when.kinds", route.kinds, ("limit", "procedure", "deadline", "target", "signal", "data")
    )
    _among(reject, route.name, "when.severities", route.severities, SEVERITIES)
    for part in route.rules:
        if not any(part in name for name in rules):
            reject(route.name, "when.rules", part, "rule")
    if route.opens and not route.joins:
        reject(route.name, "joins", "-", "joins")


def _check_whole(made: CasePolicy, kinds: Mapping[str, Kind], reject: Reject) -> None:
    """Reject routes that leave a finding without a case decision, and states without a way in or out."""
    orders = Counter(route.order for route in made.routes)
    for route in made.routes:
        if orders[route.order] > 1:
            reject(route.name, "order", route.order, "order")
    last = made.routes[-1]
    if any((last.rules, last.kinds, last.severities, last.domains, last.problems, last.classes)):
        reject(last.name, "when", "-", "last")
    for kind in (STEP, ANSWER):
        if kind not in kinds:
            reject(last.name, "", kind, "kind", kind=kind)
    steps = [m for m in made.moves.values() if m.to]
    for state in STATES:
        if state not in ENDED and not any(state in m.states and m.to not in ("", state) for m in steps):
            reject(last.name, "", state, "way_out")
        if state != "triage" and not any(m.to == state for m in steps):
            reject(last.name, "", state, "way_in")
