"""The refusals of cases by their codes: what each expects, and how to fix it."""

from collections.abc import Sequence

from comptroller.model.refusal import Refusal, refusal


def refused(code: str, kind: str, field: str, seen: object) -> Refusal:
    """Return the refusal of that code about a field of a kind."""
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
    "cases.reach": (
        "所限企业的上级机构;不限企业的,须为出资人机构",
        "an office above the entity; without an entity, the owner's office",
        "由上级机构办理,或限定企业",
        "Let an office above the entity do it, or name the entity.",
    ),
    "cases.act_office": (
        "办理该问题的机构",
        "the office that handles the case, or to which it is offered",
        "以办理该问题的机构名义办理",
        "Act in the name of the office that handles the case.",
    ),
}
"""What each refusal expects, and how to fix it (zh, en, zh, en)."""
