"""Calls about policy: the rules in force, page by page, and one rule with its text and its score within scope."""

from dataclasses import asdict
from typing import Annotated, Any

from fastapi import APIRouter, Depends

from comptroller.access.grants import SEE
from comptroller.model.finding import plain
from comptroller.model.policy import Rule
from comptroller.model.text import Text
from comptroller.web.api.pagination import After, Limit
from comptroller.web.api.schemas import PolicyText, RulePage, RuleRow, RuleWhole, ScoreForm
from comptroller.web.policy.scores import score_of
from comptroller.web.shell.auth import may, present
from comptroller.web.shell.visit import Visit

router = APIRouter(tags=["policy"])
ADDRESSES = ("/api/v1/rules", "/api/v1/rules/base/rules/payments/duplicate")
"""Addresses that the tests of access open as every role."""
Seeing = Annotated[Visit, Depends(may(SEE))]


@router.get("/rules")
def rules(visit: Seeing, after: After = "", limit: Limit = 100) -> RulePage:
    """Return the rules in force in the order of their names."""
    names = [name for name in sorted(visit.pack.rules) if name > after]
    items = [RuleRow(**_row(visit.pack.rules[name])) for name in names[:limit]]
    return RulePage(items, items[-1].rule if len(names) > limit else None)


@router.get("/rules/{name:path}")
def rule(visit: Seeing, name: str) -> RuleWhole:
    """Return one rule with its reason, its sources, its text, and its score within scope."""
    found_rule: Rule = present(visit.pack.rules.get(name), name)
    score = score_of(visit, found_rule)
    asleep = visit.one(
        "SELECT max(message) FROM suspended_rule WHERE rule = ? AND fingerprint = ?",
        [found_rule.name, found_rule.fingerprint],
    )
    return RuleWhole(
        **_row(found_rule),
        why=_policy_text(found_rule.why),
        lawful=_policy_text(found_rule.lawful),
        valid_from=found_rule.valid_from.isoformat(),
        valid_until=found_rule.valid_until.isoformat() if found_rule.valid_until else None,
        cites=[plain(asdict(cite)) for cite in found_rule.cites],
        reads=list(found_rule.reads),
        sql=found_rule.text,
        score=ScoreForm(**score.as_json() | {"asleep": asleep or ""}),
    )


def _policy_text(text: Text) -> PolicyText:
    return PolicyText(text.zh, text.en)


def _row(rule: Rule) -> dict[str, Any]:
    return {
        "rule": rule.name,
        "title": _policy_text(rule.title),
        "catalogue": rule.catalogue,
        "kind": rule.kind,
        "severity": rule.severity,
        "domain": rule.domain,
        "problem": rule.problem,
        "judges": rule.judges,
        "fingerprint": rule.fingerprint,
    }
