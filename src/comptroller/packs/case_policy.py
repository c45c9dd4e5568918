"""Moves, clocks and routes from their files, with the checks: gaps, dead ends, unknown names."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import pairwise

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
from comptroller.model.text import Text
from comptroller.packs import case_schema
from comptroller.packs.schema_types import Both, CiteForm

STEP, ANSWER = "case_step", "enterprise_answer"
"""The kinds with moves as facts: of a line and of an entity."""
HAPPENS = ("request.asked", "request.answered", "letter.sent", "finding.raised", "finding.cleared", "loss.estimated")
"""What may start or end a clock beside a state that is entered and a move that is made."""
OFFICES = ("owner", "head", "manager")
SEVERITIES = ("crit", "high", "med", "low", "info")
BAND, BY_BAND = ("least", "most"), ("class", "degree")
"""The two limits of a sanction band, and the columns that select it."""
Say = Callable[[str, str, object, str, str], None]


def case_policy_of(  # noqa: PLR0913 - a pack's casework stands on all of these
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

    def say(full: str, field: str, seen: object, zh: str, en: str) -> None:
        mend = ("按 docs/casework.md 改正", "Mend it as docs/casework.md says.")
        refusals.append(refusal("packs.casework", (f"{full}.yml", None, field), seen, (zh, en), mend))

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
        _check_move(full, move, kinds, made, say)
    for full, clock in zip(clocks, made.clocks.values(), strict=True):
        _check_clock(full, clock, made, words["lines"], say)
    losses = {dict(v.by).get("class", "") for v in params[loss_param].values} if loss_param in params else set()
    for route in made.routes:
        _check_route(route, rules, words, say)
        if route.closes is not None:
            _among(say, route.name, "closes_itself", route.closes.severities, SEVERITIES)
            _among(say, route.name, "closes_with_loss", route.closes.loss_classes, losses)
    if made.routes:
        _check_whole(made, kinds, say)
    for line in sights:
        if line not in words["lines"]:
            say("pack", "sights", line, "lines 中的条线", "a line of the pack")
    _among(say, "pack", "authority", authority.values(), PARTS)
    _check_params(loss_param, band_params, params, say)
    return made, refusals


def _check_params(loss_param: str, band_params: Sequence[str], params: Mapping[str, Param], say: Say) -> None:
    if loss_param and loss_param not in params:
        say("pack", "loss_param", loss_param, "params/ 中的参数", "a parameter under params/")
    if band_params and (len(band_params) != len(BAND) or any(_by(params, name) != BY_BAND for name in band_params)):
        wanted = "two parameters, the least and the most, each by class and degree"
        say("pack", "band_params", ", ".join(band_params), "下限、上限两个参数,各按 class 和 degree 分列", wanted)


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


def _cites(said: CiteForm | list[CiteForm]) -> tuple[Cite, ...]:
    return tuple(Cite(one.source, one.article) for one in (said if isinstance(said, list) else [said]))


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
        joins=tuple(tuple(one) for one in form.joins),
        window_days=form.window_days,
        closes=closing if closing.severities else None,
        cites=tuple(Cite(one.source, one.article) for one in form.cites),
    )


def _among(say: Say, full: str, field: str, seen: Iterable[str], known: Iterable[str]) -> None:
    """Reject names that are not known."""
    listed = sorted(known)
    for word in seen:
        if word not in listed:
            say(full, field, word, f"其一:{listed}", f"one of {listed}")


def _check_move(full: str, move: Move, kinds: Mapping[str, Kind], made: CasePolicy, say: Say) -> None:
    _among(say, full, "of", [move.of], (STEP, ANSWER))
    _among(say, full, "by", move.by, PARTIES)
    _among(say, full, "states", move.states, STATES)
    _among(say, full, "to", [move.to] if move.to else [], STATES)
    _among(say, full, "does", [move.does], DOES)
    _among(say, full, "requires", move.requires, REQUIRES)
    _among(say, full, "apart_from", move.apart_from, made.moves)
    _among(say, full, "after", move.after, made.moves)
    if not move.by:
        say(full, "by", "-", "至少一方", "somebody who may make it")
    kind = kinds.get(move.of)
    if kind is not None:
        _among(say, full, "needs", move.needs, kind.columns)
        _among(say, full, "", [move.name], kind.field("move").choices)


def _check_clock(full: str, clock: Clock, made: CasePolicy, lines: Mapping[str, Text], say: Say) -> None:
    happens = {*HAPPENS, *(f"state.{s}" for s in STATES), *(f"move.{m}" for m in made.moves)}
    _among(say, full, "unit", [clock.unit], UNITS)
    _among(say, full, "starts", clock.starts, happens)
    _among(say, full, "ends", clock.ends, happens)
    _among(say, full, "binds", [clock.binds], PARTIES)
    _among(say, full, "lines", clock.lines, lines)
    for field, seen in (("starts", clock.starts), ("ends", clock.ends), ("terms", clock.terms)):
        if not seen:
            say(full, field, "-", "至少一项", "at least one")
    for earlier, later in pairwise(clock.terms):
        if earlier.valid_from == later.valid_from:
            say(full, "terms", later.valid_from, "起始日各不相同", "terms that begin on different days")
    if any(one.amount < 1 for one in clock.terms):
        say(full, "terms", [t.amount for t in clock.terms], "正数", "amounts above zero")
    if any(not one.cites for one in clock.terms):
        say(full, "terms", "-", "每项有依据", "a source for each term")
    if bool(clock.extensions) != bool(clock.extension_most):
        say(full, "extensions", clock.extensions, "次数与上限并存", "a number of extensions and their most, together")


def _check_route(route: Route, rules: Mapping[str, Rule], words: Mapping[str, Mapping[str, Text]], say: Say) -> None:
    lines = words["lines"]
    _among(say, route.name, "lead", [route.lead] if route.lead else [], lines)
    _among(say, route.name, "informed", route.informed, lines)
    _among(say, route.name, "office", [route.office], OFFICES)
    _among(say, route.name, "when.domains", route.domains, words["domains"])
    _among(say, route.name, "when.problems", route.problems, words["problems"])
    _among(say, route.name, "when.kinds", route.kinds, ("limit", "procedure", "deadline", "target", "signal", "data"))
    _among(say, route.name, "when.severities", route.severities, SEVERITIES)
    for part in route.rules:
        if not any(part in name for name in rules):
            say(route.name, "when.rules", part, "某条规则名称的一部分", "a part of some rule's name")
    if route.opens and not route.joins:
        say(route.name, "joins", "-", "至少一组字段", "at least one set of columns")


def _check_whole(made: CasePolicy, kinds: Mapping[str, Kind], say: Say) -> None:
    """Reject routes that leave a finding without a case decision, and states without a way in or out."""
    orders = Counter(route.order for route in made.routes)
    for route in made.routes:
        if orders[route.order] > 1:
            say(route.name, "order", route.order, "互不相同的次序", "an order of its own")
    last = made.routes[-1]
    if any((last.rules, last.kinds, last.severities, last.domains, last.problems, last.classes)):
        say(last.name, "when", "-", "最后一条不设条件", "a last route without conditions, so that none falls through")
    for kind in (STEP, ANSWER):
        if kind not in kinds:
            say(last.name, "", kind, f"事项种类 {kind}", f"the kind {kind}")
    steps = [m for m in made.moves.values() if m.to]
    for state in STATES:
        if state not in ENDED and not any(state in m.states and m.to not in ("", state) for m in steps):
            say(last.name, "", state, "可离开的状态", "a move that leads out of that state")
        if state != "triage" and not any(m.to == state for m in steps):
            say(last.name, "", state, "可到达的状态", "a move that leads into that state")
