"""Policy: rules, parameters, lists, sources, proposals and versions; a rule's page with its scoreboard, text and limits by date."""

import datetime as dt
import re
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query
from fastapi.responses import Response

from comptroller.access.grants import PROPOSE, SEE
from comptroller.model.cite import Cite
from comptroller.model.policy import Pack, Param, Rule
from comptroller.model.text import Text
from comptroller.web.policy.proposals import may_change, proposals
from comptroller.web.policy.scores import open_by_rule, outcome_of, score_of
from comptroller.web.policy.versions import differences, versions
from comptroller.web.shell.auth import may
from comptroller.web.shell.errors import NotFound
from comptroller.web.shell.labels import cell, label, worded
from comptroller.web.shell.menu import MenuEntry
from comptroller.web.shell.rendering import render
from comptroller.web.shell.visit import Visit

router = APIRouter()
MENU = (MenuEntry(120, "/policy", "policy", SEE),)
ADDRESSES = (
    "/policy",
    "/policy?tab=params",
    "/policy?tab=lists",
    "/policy?tab=sources",
    "/policy?tab=proposals",
    "/policy?tab=versions",
    "/policy/versions/1",
    "/policy/base/rules/payments/duplicate",
)
"""Addresses that the tests of access open as every role."""
Seeing = Annotated[Visit, Depends(may(SEE))]
Word = Annotated[str, Query(max_length=100)]
TABS = ("rules", "params", "lists", "sources", "proposals", "versions")


@router.get("/policy")
def policy(visit: Seeing, tab: Word = "rules", domain: Word = "", text: Word = "") -> Response:
    """Return one tab of the policy in force."""
    pack, tab = visit.pack, tab if tab in TABS else "rules"
    counts = open_by_rule(visit) if tab == "rules" else {}
    visit.hidden_count = visit.count_hidden("finding_now") if tab == "rules" else None
    rules = [r for r in pack.rules.values() if (not domain or r.domain == domain) and _matches(text, r)]
    return render(
        visit,
        "policy/policy.html",
        tab=tab,
        tabs=TABS,
        domain=domain,
        text=text,
        rules=rules,
        counts=counts,
        asleep={row["rule"] for row in visit.rows("SELECT rule FROM suspended_rule")},
        params=[(p, values_on(p, _today(visit))) for p in pack.params.values()] if tab == "params" else [],
        proposals=proposals(visit.server) if tab == "proposals" else [],
        editions=versions(visit.server) if tab == "versions" else [],
        lists_of=lambda listing: [
            line for line in listing.lines if _is_in_force(line.valid_from, line.valid_until, _today(visit))
        ],
    )


def _matches(text: str, rule: Rule) -> bool:
    words = f"{rule.name} {rule.catalogue} {rule.title.zh} {rule.title.en}".lower()
    return text.lower() in words


def _today(visit: Visit) -> dt.date:
    return visit.valid or visit.clock[0] or visit.now.date()


def _is_in_force(since: dt.date | None, until: dt.date | None, on: dt.date) -> bool:
    return (since is None or since <= on) and (until is None or on < until)


def values_on(param: Param, on: dt.date) -> list[Any]:
    """Return the values of a parameter that apply on a day: one, or one for each category that it distinguishes."""
    return [value for value in param.values if _is_in_force(value.valid_from, value.valid_until, on)]


@router.get("/policy/versions/{entry}")
def version(visit: Seeing, entry: int) -> Response:
    """Return the changes of an adopted policy against the previous one."""
    history = versions(visit.server)
    at = next((at for at, edition in enumerate(history) if edition.entry == entry), None)
    if at is None:
        raise NotFound(entry)
    edition = history[at]
    diffs = [] if edition.is_first else differences(visit.server, edition, history[at + 1])
    return render(visit, "policy/policy_version.html", one=edition, diffs=diffs)


@router.get("/policy/{name:path}")
def piece(visit: Seeing, name: str) -> Response:
    """Return the page of a rule, a parameter, a list or a source, by its full name."""
    pack = visit.pack
    if name in pack.rules:
        return _rule_page(visit, pack.rules[name])
    for pieces, code in ((pack.params, "param"), (pack.lists, "list"), (pack.sources, "source")):
        item = next((line for line in pieces.values() if line.name == name), None)
        if item is not None:
            return render(
                visit,
                "policy/policy_piece.html",
                one=item,
                what=code,
                path=f"{name}.yml",
                today=_today(visit),
                holds=lambda line: _is_in_force(line.valid_from, line.valid_until, _today(visit)),
                cited_by=citing(pack, name) if code == "source" else reading(pack, name),
                may_propose=may_change(visit, PROPOSE),
                source_of=lambda cite: source_of(pack, cite),
                text=pack.files[f"{name}.yml"].decode(),
                changes=_changes(visit, name),
            )
    raise NotFound(name)


def _rule_page(visit: Visit, rule: Rule) -> Response:
    score = score_of(visit, rule)
    visit.hidden_count = visit.count_hidden("finding_now", "rule = ?", [rule.name])
    asleep = visit.one(
        "SELECT max(message) FROM suspended_rule WHERE rule = ? AND fingerprint = ?", [rule.name, rule.fingerprint]
    )
    return render(
        visit,
        "policy/policy_rule.html",
        rule=rule,
        score=score,
        outcome=outcome_of(visit, rule),
        bars=bars(score.found, score.clear, score.not_applicable, score.not_judged),
        asleep=asleep or "",
        params=[visit.pack.params[name] for name in rule.params],
        lists=[visit.pack.lists[n] for n in sorted(visit.pack.lists) if f"'{n}'" in rule.whole_text],
        source_of=lambda cite: source_of(visit.pack, cite),
        holds=lambda value: _is_in_force(value.valid_from, value.valid_until, _today(visit)),
        may_propose=may_change(visit, PROPOSE),
        changes=_changes(visit, rule.name),
        spoken=lambda text: _lawful_text(visit, rule, text),
        cells=lambda table, row: _example(visit, table, row),
    )


def _example(visit: Visit, table: str, row: dict[str, Any]) -> str:
    """Return a row of an example as text: the titles of its fields and their values."""
    plain = {name: value for name, value in row.items() if not isinstance(value, list)}
    if table not in visit.pack.tables:
        return ", ".join(f"{worded(visit, name)} {value}" for name, value in plain.items())
    kind = visit.pack.tables[table]
    return ", ".join(
        f"{visit.in_language(f.title)} {cell(visit, f, plain[f.name])}" for f in kind.fields if f.name in plain
    )


def _lawful_text(visit: Visit, rule: Rule, text: Text) -> str:
    """Return the rule's text on what would be lawful, with the titles of its columns in place of values."""
    return re.sub(r"\{(\w+)\}", lambda hit: f"[{label(visit, rule, hit[1])}]", visit.in_language(text))


def bars(*counts: int) -> list[tuple[float, float]]:
    """Return where bars for these counts begin and how long they are, of 960; a count above 0 has at least 2.

    >>> bars(1, 3)
    [(0.0, 240.0), (240.0, 720.0)]
    """
    total = sum(max(0, n) for n in counts) or 1
    spans, at = [], 0.0
    for many in counts:
        wide = max(2.0, 960 * many / total) if many > 0 else 0.0
        spans.append((min(at, 960 - wide), wide))
        at += wide
    return spans


def source_of(pack: Pack, cite: Cite) -> Any:
    """Return the source of a citation."""
    return pack.sources[cite.source]


def citing(pack: Pack, name: str) -> list[tuple[str, Any]]:
    """Return what cites a source: full names and titles of rules, parameters and lists."""
    stem = name.rsplit("/", 1)[-1]
    rules = [(r.name, r.title) for r in pack.rules.values() if any(c.source == stem for c in r.cites)]
    params = [
        (p.name, p.title) for p in pack.params.values() if any(c.source == stem for v in p.values for c in v.cites)
    ]
    lists = [
        (listing.name, listing.title)
        for listing in pack.lists.values()
        if any(c.source == stem for v in listing.lines for c in v.cites)
    ]
    return [*rules, *params, *lists]


def reading(pack: Pack, name: str) -> list[tuple[str, Any]]:
    """Return the rules that read a parameter, or that name a list in their text."""
    stem = name.rsplit("/", 1)[-1]
    return [(r.name, r.title) for r in pack.rules.values() if stem in r.params or f"'{stem}'" in r.whole_text]


def _changes(visit: Visit, name: str) -> list[Any]:
    """Return the adopted policies that added or changed a file of that name."""
    paths = {f"{name}.yml", f"{name}.sql"}
    return [edition for edition in versions(visit.server) if edition.is_first or paths & set(edition.changed)]
