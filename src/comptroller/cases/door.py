"""May this be done? Steps, answers, requests and letters are held against the case as it stands, one after the other.

- What is refused changes nothing; what comes after it in the same report is refused with it.
- A report's steps are tried on a copy, in their order, so that one report may hold several steps of one case.
"""

import copy
import datetime as dt
from collections.abc import Callable, Mapping, Sequence

import pyarrow as pa

from comptroller.cases.case import Case, Event
from comptroller.cases.days import Days
from comptroller.cases.fold import apply
from comptroller.cases.told import KINDS, MOVES, told
from comptroller.model.casework import STATES, Move
from comptroller.model.known import Known
from comptroller.model.policy import Pack
from comptroller.model.refusal import Refusal, refusal

ANSWER = "enterprise_answer"
"""What an entity says in a case; of one that no line released to it, it learns nothing by answering."""
Lookup = Callable[[str], Case | None]
Beside = Callable[[Case], Sequence[str]]
"""Gives the other cases that stand on facts of a case."""


class Door:
    """What is asked before a step is taken."""

    def __init__(self, pack: Pack, days: Days, known: Known) -> None:
        """Keep the policy of moves, and what is known of who is above whom."""
        self._pack, self._work, self._days, self._known = pack, pack.casework, days, known

    def refuse(
        self, tables: Mapping[str, pa.Table], on: dt.date, lookup: Lookup, beside: Beside
    ) -> dict[int, list[Refusal]]:
        """Give refusals by report, for reports that arrive on a day."""
        mine = {name: tables[name] for name in KINDS if name in tables}
        refused: dict[int, list[Refusal]] = {}
        tried: dict[str, Case] = {}
        for report in sorted({r for table in mine.values() for r in table.column("report").to_pylist()}):
            own = dict(tried)
            rows = {
                name: table.filter(pa.compute.equal(table.column("report"), report)) for name, table in mine.items()
            }
            wrong = list(self._finals(rows))
            for kind, case_id, event in told(rows, "seq"):
                case = own.get(case_id) or lookup(case_id)
                if case is None or (kind == ANSWER and not case.is_released):
                    wrong.append(_refused("cases.case", kind, "case_id", case_id))
                    continue
                case = copy.deepcopy(case)
                found = list(self._wrong(kind, case, event, on, _Parallel(own, lookup, beside)))
                wrong += found
                if not found:
                    apply(case, event, self._work, self._days)
                    own[case_id] = case
            if wrong:
                refused[report] = wrong
            else:
                tried = own
        return refused

    def _finals(self, rows: Mapping[str, pa.Table]) -> list[Refusal]:
        """Refuse to correct or to take back what was done."""
        return [
            _refused("cases.final", kind, "act", act)
            for kind, table in rows.items()
            for act in sorted({a for a in table.column("act").to_pylist() if a in ("correct", "retract")})
        ]

    def _wrong(self, kind: str, case: Case, event: Event, on: dt.date, parallel: "_Parallel") -> list[Refusal]:
        found: list[Refusal] = []
        if event.on > on:
            found.append(_refused("cases.future", kind, "day", event.on))
        if case.opened_on and event.on < case.opened_on:
            found.append(_refused("cases.early", kind, "day", f"{event.on} < {case.opened_on}"))
        if kind == ANSWER:
            if event.text("entity") != case.entity:
                found.append(_refused("cases.entity", kind, "entity", event.text("entity")))
        elif event.line not in self._pack.lines:
            found.append(_refused("cases.line", kind, "by_line", event.line))
        elif kind not in MOVES and event.line not in (case.lead, case.pending, *case.informed):
            found.append(_refused("cases.role", kind, "by_line", event.line))
        if kind == "letter":
            found += self._letter(kind, event)
        if kind in MOVES and not found:
            name = event.what.partition(".")[2]
            move = self._work.moves.get(name)
            if move is None or move.of != kind:
                return [_refused("cases.move", kind, "move", name)]
            found += self._move(kind, case, move, event, parallel)
        return found

    def _letter(self, kind: str, event: Event) -> list[Refusal]:
        """Refuse a letter that one officer alone sends, where its template asks that another releases it."""
        template = self._pack.letters.get(event.text("kind"))
        if template is None or not template.two_officers:
            return []
        if not event.approved_by:
            return [_refused("cases.needs", kind, "approved_by", template.name)]
        return [_refused("cases.one_officer", kind, "approved_by", event.by)] if event.approved_by == event.by else []

    def _move(self, kind: str, case: Case, move: Move, event: Event, parallel: "_Parallel") -> list[Refusal]:
        found: list[Refusal] = []
        if case.state not in move.states:
            found.append(_refused("cases.state", kind, "move", f"{move.name}: {STATES[case.state].zh} {case.state}"))
        if kind == "case_step" and not _may(move, case, event.line):
            found.append(_refused("cases.role", kind, "by_line", f"{move.name}: {event.line}"))
        for name in move.needs:
            said = {"reason": event.reason, "approved_by": event.approved_by}.get(name, event.said.get(name))
            if said in (None, ""):
                found.append(_refused("cases.needs", kind, name, move.name))
        if move.two_officers and event.by and event.approved_by == event.by:
            found.append(_refused("cases.one_officer", kind, "approved_by", event.by))
        found += [
            _refused("cases.same_officer", kind, "by", f"{event.by}: {earlier}, {move.name}")
            for earlier in move.apart_from
            if case.officers.get(earlier) == event.by
        ]
        if move.after and not any(earlier in case.officers for earlier in move.after):
            found.append(_refused("cases.after", kind, "move", f"{move.name}: {', '.join(move.after)}"))
        found += self._requires(kind, case, move, event, parallel)
        found += self._does(kind, case, move, event)
        return found

    def _requires(self, kind: str, case: Case, move: Move, event: Event, parallel: "_Parallel") -> list[Refusal]:
        found: list[Refusal] = []
        stands = ", ".join(one.finding for one in case.standing)
        needs_clear = "cleared" in move.requires or ("cleared_or_accepted" in move.requires and not case.is_accepted)
        if needs_clear and stands:
            found.append(_refused("cases.stands", kind, "move", stands))
        if "verified" in move.requires and not (case.is_accepted or case.verified_by):
            found.append(_refused("cases.unverified", kind, "move", move.name))
        if "no_other_inquiry" in move.requires:
            other = case.inquiry if case.inquiry not in ("", event.line) else parallel.line(case)
            if case.inquiry == event.line or other:
                found.append(_refused("cases.inquiry", kind, "move", other or event.line))
        return found

    def _does(self, kind: str, case: Case, move: Move, event: Event) -> list[Refusal]:
        found: list[Refusal] = []
        to_line = event.text("to_line")
        to_office = event.text("to_office") if move.does == "hand_over" else ""
        stays = to_line == case.lead and to_office in ("", case.office)
        if move.does in ("hand_over", "inform") and (to_line not in self._pack.lines or stays):
            found.append(_refused("cases.line", kind, "to_line", to_line))
        if to_office and to_office not in self._above(case.entity):
            found.append(_refused("cases.office", kind, "to_office", to_office))
        if move.does not in ("extend", "stop", "resume"):
            return found
        name = event.text("clock")
        run, clock = case.running(name), self._work.clocks.get(name)
        if run is None or clock is None:
            return [*found, _refused("cases.clock", kind, "clock", name)]
        if (move.does == "stop") == (run.stopped_on is not None) and move.does != "extend":
            found.append(_refused("cases.clock", kind, "clock", f"{name}: {run.stopped_on}"))
        if move.does == "extend":
            amount = int(event.said.get("extend_by") or 0)
            if run.extensions >= clock.extensions or run.extended + amount > clock.extension_most:
                seen = f"{run.extensions + 1} x, {run.extended + amount} > {clock.extension_most}"
                found.append(_refused("cases.extension", kind, "extend_by", seen))
        return found

    def _above(self, entity: str) -> set[str]:
        """Give the offices that may handle a case about an entity: the owner, and whoever is above the entity."""
        found, above = {self._known.owner}, self._known.parent(entity)
        while above is not None and above not in found:
            found.add(above)
            above = self._known.parent(above)
        return found


class _Parallel:
    """The other cases on the same facts, as they stand with what was tried before in the same batch."""

    def __init__(self, tried: Mapping[str, Case], lookup: Lookup, beside: Beside) -> None:
        self._tried, self._lookup, self._beside = tried, lookup, beside

    def line(self, case: Case) -> str:
        """Give the line that inquires into the same facts in another case, or ''."""
        others = (self._tried.get(one) or self._lookup(one) for one in self._beside(case))
        return next((other.inquiry for other in others if other is not None and other.inquiry), "")


def _may(move: Move, case: Case, line: str) -> bool:
    """Whether a line's place in a case lets it make a move."""
    places = {"lead": (case.lead,), "informed": tuple(case.informed), "pending": (case.pending,)}
    return any(line and line in places.get(who, ()) for who in move.by)


def _refused(code: str, kind: str, field: str, seen: object) -> Refusal:
    zh, en, mend_zh, mend_en = WORDS[code]
    return refusal(code, ("", None, f"{kind}.{field}"), seen, (zh, en), (mend_zh, mend_en))


WORDS: dict[str, Sequence[str]] = {
    "cases.case": (
        "已有问题的编号",
        "the name of a case that there is",
        "用 comptroller cases 查编号",
        "Look it up: comptroller cases.",
    ),
    "cases.final": (
        "只作新增的处置",
        "a step that is only ever added",
        "以新的处置纠正,不更正也不撤回",
        "Mend it by another step; a step is neither corrected nor taken back.",
    ),
    "cases.future": ("不晚于报送日的日期", "a day not after that of the report", "改正日期", "Mend the day."),
    "cases.early": ("不早于立项日的日期", "a day not before the case was opened", "改正日期", "Mend the day."),
    "cases.entity": ("该问题所涉企业", "the entity that the case is about", "由该企业答复", "Let that entity answer."),
    "cases.line": (
        "政策包中的监督条线,移送和通报时为另一条线或另一机构",
        "a line of the pack; to hand over to or to inform, another than the leading one, or at another office",
        "核对条线代码",
        "Look the line's code up.",
    ),
    "cases.role": (
        "该处置所要求的条线(牵头、知情或待接收)",
        "a line that has the place in the case which the move asks for: leading, informed, or being handed to",
        "由相应条线办理,或先移送、通报",
        "Let that line do it, or hand the case over first.",
    ),
    "cases.office": (
        "出资人机构,或该企业的上级单位",
        "the owner's office, or one above the entity",
        "核对接收机构",
        "Look the office up.",
    ),
    "cases.move": ("政策包中的处置", "a move of the pack", "核对处置名称", "Look the move up in moves/."),
    "cases.state": (
        "该处置所允许的状态",
        "a state from which the move may be made",
        "先完成前一步处置",
        "Make the move that comes before it.",
    ),
    "cases.after": (
        "在其所答复的处置之后作出",
        "the move that this one answers, made before it and not answered yet",
        "先有该处置,再作答复",
        "Let that move be made first.",
    ),
    "cases.needs": ("该处置必填的内容", "what the move must be made with", "补填该字段", "Fill that field in."),
    "cases.one_officer": (
        "经办人与批准人为两人",
        "two officers: one acts, another approves",
        "由另一人批准",
        "Let another officer approve it.",
    ),
    "cases.same_officer": (
        "与前一步不同的经办人",
        "another officer than the one who made the earlier move",
        "换人办理",
        "Let somebody else do it.",
    ),
    "cases.stands": (
        "所含发现经重新判断均已通过",
        "every finding of the case to pass when it is judged again",
        "报送更正或整改事项,或由负责人接受遗留问题",
        "Report the facts that put it right, or let an officer accept the residue.",
    ),
    "cases.unverified": (
        "已复核的问题",
        "a case that was verified",
        "先由另一人复核",
        "Let another officer verify it first.",
    ),
    "cases.inquiry": (
        "同一事实没有进行中的核查",
        "no inquiry under way into the same facts",
        "与正在核查的条线协同,或先移送",
        "Join the line that inquires, or hand the case over.",
    ),
    "cases.clock": (
        "该问题中正在计时(或已中止)的期限",
        "a clock that runs in the case, or that stands still where it is to run on",
        "核对期限名称",
        "Look the clock up: comptroller case CASE.",
    ),
    "cases.extension": (
        "政策包允许的延长次数和数量",
        "an extension within the number and the amount that the pack allows",
        "减少延长数量",
        "Ask for less.",
    ),
}
"""What each refusal of this room expects, and the mend (zh, en, zh, en)."""
