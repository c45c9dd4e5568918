"""Letters of a case: their text, the policy's template, the file, and the fact that one was sent.

- A letter's text and evidence are passed to the template as values; nothing that a user typed runs.
- The verification code is drawn before typesetting; it is in the letter and in the fact that reports the letter.
- The file is stored under its hash; the hash is in the ledger.
- Where the template requires two officers, a letter waits until another officer of the line releases it.
  Only then is it typeset with a code, and only then is it recorded in the ledger.
"""

import secrets
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from hashlib import sha256
from typing import Any

from comptroller.cases.events import KINDS
from comptroller.cases.visibility import visible_letters
from comptroller.model.kind import FACT_LINES
from comptroller.model.refusal import Refused, refusal
from comptroller.web.cases import actions, view
from comptroller.web.cases.actions import ActionResult
from comptroller.web.cases.letter_text import bounded, check_text
from comptroller.web.cases.view import LINE, CaseView
from comptroller.web.ledger.proof_codes import LETTER_CHARS, in_groups
from comptroller.web.runtime.typesetter import Fonts, Typesetter
from comptroller.web.shell.errors import NotFound, PermissionDenied
from comptroller.web.shell.labels import cell, evidence, field_named, label
from comptroller.web.shell.rendering import VENDOR
from comptroller.web.shell.visit import Visit

KIND, FRAME, CLOSURE = "letter", "frame", "closure"
FONTS = ("Noto Sans SC", "Noto Sans CJK SC", "Noto Serif CJK SC", "Source Han Sans SC", "SimSun", "Songti SC")
_LATIN = "Libertinus Serif"
_LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_ASIDE = ("entity", "entries", "since")
MOST_ROWS = 1_000
"""Findings in the evidence table of one letter; the others are counted in its last row."""
typesetter = Typesetter()
"""The one typesetter of the process, shared by all letters."""


@dataclass(frozen=True, slots=True)
class LetterDraft:
    """What an officer writes in a letter: its kind, language, addressee, due day and text."""

    kind: str
    language: str
    addressee: str
    due_on: str
    text: str


@dataclass(frozen=True, slots=True)
class Hands:
    """The officers of a letter: the line that sends it, the author, and the releaser, '' where one officer does
    both.
    """

    line: str
    officer: str
    released_by: str = ""


def may_write(visit: Visit, case: CaseView) -> str:
    """Return the line that the viewer may write letters for in a case, or ''."""
    raw = case.raw
    places = (raw["lead"], raw["pending"], *(raw["informed"] or "").split())
    mine = [line for line in places if line in view.handling_lines(visit)]
    return mine[0] if case.seat == LINE and mine and KIND in KINDS and kinds_of(visit) else ""


def kinds_of(visit: Visit) -> list[str]:
    """Return the kinds of letter that have a template in the policy."""
    if KIND not in visit.pack.kinds:
        return []
    return [kind for kind in visit.pack.kinds[KIND].field("kind").choices if kind in visit.pack.letters]


def new_code() -> str:
    """Return the code that verifies a new letter."""
    return "L" + "".join(secrets.choice(_LETTERS) for _ in range(LETTER_CHARS))


def is_for_two(visit: Visit, kind: str) -> bool:
    """Return whether the policy requires another officer to release a letter of this kind."""
    return kind in visit.pack.letters and visit.pack.letters[kind].two_officers


def own_hands(visit: Visit, case: CaseView) -> Hands:
    """Return the viewer as the only officer of a letter of their line."""
    return Hands(may_write(visit, case), _name(visit))


def _name(visit: Visit) -> str:
    return visit.reach.viewer.name or visit.login


def set_letter(  # noqa: PLR0913 - the parts of a letter
    visit: Visit, case: CaseView, draft: LetterDraft, *, number: str, code: str = "", hands: Hands | None = None
) -> bytes:
    """Return a letter as PDF; without a code it is a draft, by the viewer unless `hands` names another officer.

    Raises:
        Refused: the kind has no template, the text exceeds its limits, the template fails,
            the letter exceeds the typesetter's limits, or no font has Chinese characters.
    """
    if draft.kind not in kinds_of(visit):
        raise Refused([refusal("desk.letter.kind", ("", None, "kind"), draft.kind)])
    text = draft.text.replace("\r\n", "\n").replace("\r", "\n")
    if wrong := [*check_text(text, "text"), *check_text(draft.addressee, "addressee", 200)]:
        raise Refused(wrong)
    language, visit.language = visit.language, draft.language
    values = _values(visit, case, replace(draft, text=""), hands or own_hands(visit, case)) | _marks(
        visit, number, code
    )
    visit.language = language
    files = {f"{name}.typ": letter.template for name, letter in visit.pack.letters.items() if name != draft.kind}
    files["main.typ"] = visit.pack.letters[draft.kind].template
    at = int(visit.server.clock().timestamp())
    return typesetter.typeset(files, bounded(values) | {"text": text}, letter_fonts(), at)


def letter_fonts() -> Fonts:
    """Return the folder of fonts for letters, and the families; one of them is required."""
    return Fonts([str(VENDOR)] if VENDOR.is_dir() else [], FONTS)


def _marks(visit: Visit, number: str, code: str) -> dict[str, Any]:
    """Return the values that distinguish a letter from its draft."""
    printed_code = f"{code[0]}-{in_groups(code[1:])}" if code else "—"
    return {
        "number": number,
        "code": printed_code,
        "is_draft": not code,
        "sent_on": visit.server.local_now().date().isoformat(),
    }


def _values(visit: Visit, case: CaseView, draft: LetterDraft, hands: Hands) -> dict[str, Any]:
    visible, raw = case.whole, case.raw
    names = [f["finding"] for f in visible["finding"]]
    evidence_rows = view.evidence_of(visit, visible, names)
    marks = ", ".join("?" * len(names)) or "NULL"
    facts_of = dict(visit.duck.rows(f"SELECT finding, entries FROM main.finding_now WHERE finding IN ({marks})", names))
    findings = [f for f in visible["finding"] if f["stands"] or draft.kind == CLOSURE]
    rows = [_row(visit, f, evidence_rows.get(f["finding"], {}), facts_of) for f in findings]
    return {
        "language": draft.language,
        "title": visit.in_language(visit.pack.letters[draft.kind].title),
        "case_id": raw["case_id"],
        "office": visit.names.get(raw["office"], raw["office"]),
        "line": visit.in_language(visit.pack.lines.get(hands.line)),
        "officer": hands.officer,
        "released_by": hands.released_by,
        "due_on": draft.due_on,
        "addressee": visit.names.get(draft.addressee, draft.addressee),
        "text": draft.text,
        "rows": rows[:MOST_ROWS] + ([_rest(visit, len(rows) - MOST_ROWS)] if len(rows) > MOST_ROWS else []),
        "figures": _figures(visit, visible),
        "fonts": [_LATIN, *FONTS] if draft.language == "en" else [*FONTS, _LATIN],
    }


def _row(
    visit: Visit, finding: Mapping[str, Any], record: Mapping[str, Any], facts_of: Mapping[str, Any]
) -> dict[str, Any]:
    rule = visit.pack.rules.get(finding["rule"])
    values = record.get("evidence", {})
    facts = [
        [label(visit, rule, name), evidence(visit, rule, name, value)]
        for name, value in values.items()
        if name not in _ASIDE and value not in (None, "")
    ]
    entries = sorted({int(fact) // FACT_LINES for fact in facts_of.get(finding["finding"], ())})
    sources = [
        _source(visit, cite.source)
        + (" " + visit.text("finding.article", article=cite.article) if cite.article else "")
        for cite in (rule.cites if rule else ())
    ]
    return {
        "rule": visit.in_language(rule.title) if rule else finding["rule"],
        "sources": "; ".join(dict.fromkeys(sources)),
        "facts": facts,
        "stands": bool(finding["stands"]),
        "entries": ", ".join(map(str, entries)) or "-",
    }


def _rest(visit: Visit, count: int) -> dict[str, Any]:
    """Return the last row of an evidence table that omits some findings."""
    text = visit.text("letters.more_rows", count=count)
    return {"rule": text, "sources": "", "facts": [], "stands": True, "entries": "-"}


def _source(visit: Visit, name: str) -> str:
    source = visit.pack.sources.get(name)
    return visit.in_language(source.title) if source else name


def _figures(visit: Visit, case: Mapping[str, Any]) -> list[list[str]]:
    names = ("state", "ended_how", "opened_on", "closed_on", "loss_cny", "recovered_cny", "verified_on", "reopened")
    fields = [(field_named(visit, ["case_now"], name), case.get(name)) for name in names]
    pairs = [
        [visit.in_language(f.title), cell(visit, f, value)] for f, value in fields if f and value not in (None, "")
    ]
    return pairs + ([["", ""]] if len(pairs) % 2 else [])


def send(visit: Visit, case: CaseView, draft: LetterDraft) -> ActionResult:
    """Send a letter, or store it until another officer releases it, as the policy requires for its kind.

    Raises:
        PermissionDenied: the viewer may not write in the case.
    """
    line = may_write(visit, case)
    if not line:
        raise PermissionDenied(KIND)
    number = f"{visit.server.local_now().year}-{new_code()[1:7]}"
    if not is_for_two(visit, draft.kind):
        return _send(visit, case, draft, own_hands(visit, case), {"letter": number, "by": visit.login})
    set_letter(visit, case, draft, number="—")
    fact = {"letter": number, **asdict(draft), "officer": _name(visit)}
    return ActionResult(waits=actions.propose(visit, case, KIND, KIND, line=line, fact=fact))


def release(visit: Visit, case: CaseView, waits: Mapping[str, Any]) -> ActionResult:
    """Send a waiting letter, as another officer than its author; its number is drawn once."""
    drafted = waits["fact"]
    officers = {"letter": drafted["letter"], "by": waits["login"], "approved_by": visit.login}
    return _send(visit, case, draft_of(waits), hands_of(waits, _name(visit)), officers)


def draft_of(waits: Mapping[str, Any]) -> LetterDraft:
    """Return the draft of a waiting letter."""
    return LetterDraft(*(waits["fact"][name] for name in LetterDraft.__slots__))


def hands_of(waits: Mapping[str, Any], released_by: str = "") -> Hands:
    """Return the officers of a waiting letter."""
    return Hands(waits["line"], waits["fact"]["officer"], released_by)


def _send(visit: Visit, case: CaseView, draft: LetterDraft, hands: Hands, officers: Mapping[str, str]) -> ActionResult:
    """Typeset a letter with its code, store its file, and record in the ledger that it was sent."""
    code = new_code()
    file = set_letter(visit, case, draft, number=officers["letter"], code=code, hands=hands)
    digest = sha256(file).hexdigest()
    fact = {
        **officers,
        "case_id": case.raw["case_id"],
        "office": case.raw["office"],
        "by_line": hands.line,
        "kind": draft.kind,
        "addressee": draft.addressee or None,
        "sent_on": visit.server.local_now().date().isoformat(),
        "due_on": draft.due_on or None,
        "hash": digest,
        "check_code": code,
    }
    hands_told = {"officer": officers["by"], "approver": officers.get("approved_by", "")}
    sent = {k: v for k, v in fact.items() if v is not None}
    done = actions.record(visit, KIND, sent, case.raw["office"], **hands_told)
    if done.entry is not None:
        visit.server.storage.put("INSERT OR REPLACE INTO letter_file VALUES (?, ?)", [digest, file])
    return done


def waiting_in(visit: Visit, case: CaseView) -> list[dict[str, Any]]:
    """Return the letters of a case that wait for release by another officer of the viewer's lines."""
    records = actions.waiting(visit, case.raw["case_id"]) if case.seat == LINE else []
    return [record for record in records if record["kind"] == KIND]


def letters_of(visit: Visit, case: CaseView) -> list[dict[str, Any]]:
    """Return the letters of a case that the viewer's seat may see.

    An entity sees the letters addressed to it; a line sees no confidential letter of another line.
    """
    rows = visit.server.duck.records(
        "SELECT letter, kind, addressee, by_line, sent_on, due_on, hash, check_code, fact >> 20 AS entry "
        "FROM main.letter WHERE case_id = ? ORDER BY fact",
        [case.raw["case_id"]],
    )
    visible = visible_letters(case.whole)
    return [row for row in rows if row["letter"] in visible]


def file_of(visit: Visit, case: CaseView, letter: str) -> bytes:
    """Return a letter's file.

    Raises:
        NotFound: the letter is absent, hidden from this seat, or its file is deleted.
    """
    record = next((row for row in letters_of(visit, case) if row["letter"] == letter), None)
    rows = visit.server.storage.rows("SELECT pdf FROM letter_file WHERE hash = ?", [record["hash"]]) if record else []
    if not rows or not isinstance(rows[0][0], bytes):
        raise NotFound(letter)
    return rows[0][0]
