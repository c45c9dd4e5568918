"""Labels of facts: fields with their titles, choices with their names, and only rows within reach."""

import json
import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from comptroller.access.row_access import scoped
from comptroller.model.kind import FACT_LINES, Field, Kind
from comptroller.model.policy import Rule
from comptroller.model.text import Text
from comptroller.web.shell import formatting
from comptroller.web.shell.visit import Visit

_UNIT = re.compile(r"\s*[（(](?:元|CNY)[）)]$")
_SUM = re.compile(r"CNY \{(\w+)\}|\{(\w+)\} ?(?:元|CNY)")
_PLACE = re.compile(r"\{(\w+)\}")
_PLAIN = {"since": "finding.since", "entries": "finding.entries"}


def every_view(visit: Visit, table: str) -> dict[str, str]:
    """Return the view of all rows of a fact table within reach, withdrawn rows included."""
    columns = ", ".join(f'"{name}"' for name in visit.pack.tables[table].columns)
    return visit.reach.views([table], {table: f"SELECT {columns} FROM main.all_{table}"})


def seen_rows(visit: Visit, rows: Sequence[dict[str, Any]]) -> tuple[list[dict[str, Any]], int]:
    """Return the explaining rows that are within reach, and the number of the others."""
    by_table: dict[str, list[int]] = defaultdict(list)
    for row in rows:
        by_table[row["table"]].append(row["entry"] * FACT_LINES + row["place"])
    facts_in_reach: set[tuple[str, int]] = set()
    for table, facts in by_table.items():
        sql = scoped(f"SELECT fact FROM {table} WHERE fact IN ({', '.join(map(str, facts))})", every_view(visit, table))
        facts_in_reach |= {(table, fact) for (fact,) in visit.duck.rows(sql)}
    visible = [row for row in rows if (row["table"], row["entry"] * FACT_LINES + row["place"]) in facts_in_reach]
    return visible, len(rows) - len(visible)


def cell(visit: Visit, field: Field | None, value: Any) -> str:
    """Return a formatted value."""
    if value is None or value == "":
        return formatting.NOTHING
    if isinstance(value, bool):
        return visit.text("word.yes" if value else "word.no")
    if field is None:
        return formatting.day(value) if hasattr(value, "isoformat") else str(value)
    if field.choices and str(value) in field.choices:
        return visit.in_language(field.choices[str(value)])
    if field.type == "money":
        return formatting.amount(value, visit.language) if field.currency else formatting.number(value, 2)
    if field.type == "share":
        return formatting.percent(value)
    if field.type in ("integer", "number"):
        return formatting.number(value, 0 if float(value).is_integer() else 4)
    text = str(value)
    return formatting.day(value) if field.type in ("day", "instant") else visit.names.get(text) or worded(visit, text)


def worded(visit: Visit, code: str) -> str:
    """Return the label of a code from a list or from the policy's words; a code without a label is shown as
    reported.
    """
    title = titles_of(visit).get(code)
    return visit.in_language(title) if title else code


def titles_of(visit: Visit) -> dict[str, Text]:
    """Return the titles of codes: the policy's words first, then lines of lists, choices, rules, parameters and
    kinds.
    """

    def make() -> dict[str, Text]:
        pack = visit.pack
        titles = {**pack.lines, **{name: kind.title for name, kind in pack.tables.items()}}
        titles |= {name: item.title for many in (pack.params, pack.rules) for name, item in many.items()}
        for field in (field for kind in pack.tables.values() for field in kind.fields):
            titles.update(field.choices)
        titles.update({line.item: line.title for item in pack.lists.values() for line in item.lines if line.title.zh})
        return titles | pack.words

    return visit.server.cached(("titles", visit.pack.digest), make)


def fields_of(visit: Visit, table: str, row: dict[str, Any]) -> list[tuple[str, str, Field]]:
    """Return a row's non-empty fields: title, formatted value and field."""
    kind = visit.pack.tables[table]
    return [(title_of(visit, f), cell(visit, f, row[f.name]), f) for f in kind.fields if row.get(f.name) is not None]


def title_of(visit: Visit, field: Field) -> str:
    """Return the title of a field; the title of an amount without its unit, which is shown with the amount."""
    title = visit.in_language(field.title)
    return _UNIT.sub("", title) if field.type == "money" else title


def field_named(visit: Visit, kinds: Sequence[str], name: str) -> Field | None:
    """Return the field of that name from the first of these kinds that has it."""
    for table in kinds:
        kind: Kind | None = visit.pack.tables.get(table)
        for field in kind.fields if kind else ():
            if field.name == name:
                return field
    return None


def label(visit: Visit, rule: Rule | None, name: str) -> str:
    """Return the title of a piece of evidence: from the field, from a text, or from its own name."""
    if name in _PLAIN:
        return visit.text(_PLAIN[name])
    field = field_named(visit, rule.reads if rule else (), name)
    if field is None and name not in titles_of(visit):
        field = field_named(visit, list(visit.pack.tables), name)
    if field:
        return title_of(visit, field)
    title = worded(visit, name).replace("_", " ")
    return _UNIT.sub("", title) if name.endswith("_cny") else title


def evidence(visit: Visit, rule: Rule | None, name: str, value: Any) -> str:
    """Return a formatted value of the evidence."""
    field = field_named(visit, [*(rule.reads if rule else ()), *visit.pack.tables], name)
    if field is None and name.endswith("_cny") and isinstance(value, (int, float, str)):
        return formatting.amount(value, visit.language)
    if field is None and name.endswith("_pct") and isinstance(value, (int, float, str)):
        return formatting.percent(value)
    if field is None and isinstance(value, str):
        return ">".join(visit.names.get(part, worded(visit, part)) for part in value.split(">"))
    return cell(visit, field, value)


def lawful_said(visit: Visit, rule: Rule, evidence_values: Mapping[str, Any]) -> str:
    """Return the rule's text on what would have been lawful, filled with formatted amounts and names."""

    def amount(match: re.Match[str]) -> str:
        value = evidence_values.get(match[1] or match[2])
        try:
            return formatting.amount(value, visit.language)
        except ArithmeticError:
            return match[0]

    def word(match: re.Match[str]) -> str:
        value = evidence_values.get(match[1], match[0])
        if value is None:
            return formatting.NOTHING
        return visit.names.get(str(value)) or worded(visit, str(value))

    return _PLACE.sub(word, _SUM.sub(amount, visit.in_language(rule.lawful)))


def evidence_said(visit: Visit, rule: Rule | None, values: Mapping[str, Any]) -> str:
    """Return a finding's evidence in one line of titles and formatted values."""
    parts = [
        (label(visit, rule, name), evidence(visit, rule, name, value))
        for name, value in values.items()
        if value is not None and name != "entries"
    ]
    return ("；" if visit.language == "zh" else "; ").join(f"{title}: {value}" for title, value in parts)


def subject_said(visit: Visit, entity: str, subject: str) -> str:
    """Return the formatted subject of a finding, without the entity, which is shown beside it."""
    parts = [part for part in json.loads(subject) if part != entity]
    return " · ".join(
        formatting.NOTHING if p is None else visit.names.get(str(p)) or worded(visit, str(p)) for p in parts
    )


def lacking(visit: Visit, rule: Rule | None, name: str) -> str:
    """Return the title of the column, possibly of another table, that a rule lacked for its verdict."""
    table, _, column = name.rpartition(".")
    kind = visit.pack.tables.get(table)
    return f"{visit.in_language(kind.title)} · {label(visit, rule, column)}" if kind else label(visit, rule, column)
