"""Raw rows of one kind become typed rows, columnar throughout; every cell that does not fit is a refusal."""

from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from comptroller.intake.amounts import scaled
from comptroller.intake.bounds import beyond, refused_beyond
from comptroller.intake.cells import expected, filled, literal, misspelled, quoted, typed
from comptroller.intake.headers import ASIDE, match_headers
from comptroller.intake.identifiers import check_identifiers
from comptroller.intake.nested_schema import MOST, shape_list
from comptroller.intake.raw_table import Note
from comptroller.intake.values import clean
from comptroller.model.kind import FACT_LINES, Field, Kind
from comptroller.model.refusal import Refusal, refusal
from comptroller.model.text import Text, message
from comptroller.store.duck import DuckDb

ACTS = ("state", "correct", "retract", "ensure")
_MANY = 20_000
"""From so many rows on, copying the result of a query costs more than a slower start."""


@dataclass(frozen=True, slots=True)
class Shaped:
    """Typed rows of a kind: `report`, `seq`, `line`, `act`, the fields, `key_hash`, `content_hash`; its nested lists; and
    by report the notes of what reading changed.
    """

    table: pa.Table
    lists: dict[str, pa.Table]
    notes: tuple[tuple[int, Note], ...] = ()


def shape_rows(
    duck: DuckDb, kind: Kind, raw: pa.Table, place: str, *, is_bounded: bool = True
) -> tuple[Shaped | None, list[tuple[int, Refusal]]]:
    """Return the typed rows of `raw` (text columns, with report, seq and line), or refusals by report.

    A rejected cell or column rejects its whole report; rows of other reports are still returned. A column without any
    value is ignored, so the result for a report does not depend on the others. What the ledger already holds is typed
    without bounds: it was accepted.
    """
    refusals: list[tuple[int, Refusal]] = []
    notes: list[tuple[int, Note]] = []
    columns, wrong = match_headers(kind, _filled(raw), place)
    if wrong:
        raw, notes, refusals = _apart(kind, raw, place)
        columns, _ = match_headers(kind, _filled(raw), place)
    if not raw.num_rows:
        return None, refusals
    cleaned = clean(kind, columns, raw, place, is_new=is_bounded)
    raw, notes = cleaned.raw, [*notes, *cleaned.notes]
    refusals += cleaned.refusals
    duck.register("raw_rows", raw)
    try:
        sound = _all_sound(duck, kind, columns, raw, is_bounded=is_bounded)
        if sound is not None:
            return Shaped(sound, {}, tuple(notes)), refusals
        duck.execute(f"CREATE OR REPLACE TEMP TABLE shaped AS {_select(kind, columns, raw.column_names)}")
    finally:
        duck.unregister("raw_rows")
    refusals += _bad_cells(duck, kind, columns, place, is_bounded=is_bounded)
    lists: dict[str, pa.Table] = {}
    for inner in kind.lists:
        name = inner.name.removeprefix(f"{kind.name}_")
        if name in columns:
            rows, more = shape_list(duck, inner, name, place, is_bounded=is_bounded)
            refusals += more
            if rows is not None:
                lists[inner.name] = rows
    return Shaped(_result(duck, kind, lists), lists, tuple(notes)), refusals


def _filled(raw: pa.Table) -> list[str]:
    """Return the names of the columns that hold a value."""
    return [name for name in raw.column_names if raw.column(name).null_count < raw.num_rows]


def _apart(kind: Kind, raw: pa.Table, place: str) -> tuple[pa.Table, list[tuple[int, Note]], list[tuple[int, Refusal]]]:
    """Match the columns of each report by itself: returns the rows of those that fit, under the fields' names.

    Amounts are brought into their field's unit first, since the headers that name a unit are replaced.
    """
    fit: list[pa.Table] = []
    notes: list[tuple[int, Note]] = []
    refusals: list[tuple[int, Refusal]] = []
    for report in sorted(set(raw.column("report").to_pylist())):
        part = raw.filter(pc.equal(raw.column("report"), report))
        columns, wrong = match_headers(kind, _filled(part), place)
        refusals += [(report, fault) for fault in wrong]
        if not wrong:
            part, more, faults = scaled(kind, columns, part, place)
            notes += more
            refusals += faults
            aside = [name for name in part.column_names if name in ASIDE]
            fit.append(part.select([*columns.values(), *aside]).rename_columns([*columns, *aside]))
    return (pa.concat_tables(fit, promote_options="default") if fit else raw.slice(0, 0)), notes, refusals


def _select(kind: Kind, columns: dict[str, str], present: list[str]) -> str:
    """Return the query from text to typed columns; the text of each field is beside it as t_<field>.

    Where a field fills itself, u_<field> states that its own text could not be typed.
    """
    texts, values = [], []
    for field in kind.fields:
        if field.name in columns:
            texts.append(f"nullif(trim({quoted(columns[field.name])}), '') AS {quoted('t_' + field.name)}")
            values.append(f"{typed(field, quoted('t_' + field.name))} AS {quoted(field.name)}")
        else:
            values.append(f"CAST(NULL AS {field.column_type}) AS {quoted(field.name)}")
    for inner in kind.lists:
        name = inner.name.removeprefix(f"{kind.name}_")
        if name in columns:
            texts.append(f"nullif(trim({quoted(columns[name])}), '') AS {quoted('l_' + name)}")
    act = "coalesce(nullif(trim(act), ''), 'state')" if "act" in present else "'state'"
    cells = ["report", "seq", "line", f"{act} AS act", *texts]
    text_names = [f"t.{quoted('t_' + f.name)}" for f in kind.fields if f.name in columns]
    text_names += [
        quoted("l_" + i.name.removeprefix(f"{kind.name}_"))
        for i in kind.lists
        if i.name.removeprefix(f"{kind.name}_") in columns
    ]
    inner_sql = f"SELECT {', '.join(cells)} FROM raw_rows"
    typed_sql = f"SELECT report, seq, line, act, {', '.join([*text_names, *values])} FROM ({inner_sql}) AS t"
    aside = ["report", "seq", "line", "act", *text_names] if text_names else ["report", "seq", "line", "act"]
    plain = [one.removeprefix("t.") for one in aside]
    unread = [
        f"({quoted('t_' + f.name)} IS NOT NULL AND {quoted(f.name)} IS NULL) AS {quoted('u_' + f.name)}"
        for f in kind.fields
        if f.fills and f.name in columns
    ]
    return f"SELECT {', '.join([*plain, *unread, *filled(kind)])} FROM ({typed_sql}) AS f"


def _all_sound(
    duck: DuckDb, kind: Kind, columns: dict[str, str], raw: pa.Table, *, is_bounded: bool
) -> pa.Table | None:
    """Return the typed rows in one query where all are sound, as they usually are; None where a closer look is
    needed.
    """
    lists = {inner.name.removeprefix(f"{kind.name}_") for inner in kind.lists}
    if lists & columns.keys() or any(field.identifier and field.name in columns for field in kind.fields):
        return None
    wrong = " OR ".join(f"coalesce({sql}, false)" for sql in _wrong(kind, columns, is_bounded=is_bounded).values())
    hashes = ", ".join([*_named(kind), f"{wrong} AS wrong"])
    order = "" if _is_in_order(raw) else " ORDER BY report, seq"
    sql = f"SELECT {hashes} FROM ({_select(kind, columns, raw.column_names)}) AS s{order}"
    rows = duck.few(sql) if raw.num_rows < _MANY else duck.arrow(sql)
    return None if pc.any(rows.column("wrong")).as_py() else rows.drop_columns(["wrong"])


def _is_in_order(raw: pa.Table) -> bool:
    """Return whether rows come in the order of their reports and numbers, as they do where nothing was read apart."""
    places = raw.column("report").to_numpy() * FACT_LINES + raw.column("seq").to_numpy()
    return bool((places[1:] > places[:-1]).all())


def _named(kind: Kind, *more: str) -> list[str]:
    """Return the columns of shaped rows with the hashes of key and content; `more` goes into the content's."""
    plain = [quoted(f.name) for f in kind.fields]
    key, content = ", ".join(quoted(k) for k in kind.key), ", ".join([*plain, *more])
    return ["report", "seq", "line", "act", *plain, f"hash({key}) AS key_hash", f"hash({content}) AS content_hash"]


def _wrong(kind: Kind, columns: dict[str, str], *, is_bounded: bool) -> dict[str, str]:
    """Return, for each possible fault of a typed row, the SQL that is true where the row has it."""
    wrong = {f"cell {f.name}": _is_bad(kind, f.name, present=f.name in columns) for f in kind.fields}
    if is_bounded:
        there = [f for f in kind.fields if f.name in columns or f.fills]
        wrong |= {f"bound {f.name}": sql for f in there if (sql := beyond(f))}
    wrong |= {f"check {at}": f"NOT ({check.holds}) AND act <> 'retract'" for at, check in enumerate(kind.checks)}
    return wrong | {"act": f"act NOT IN ({', '.join(literal(act) for act in ACTS)})"}


def _bad_cells(
    duck: DuckDb, kind: Kind, columns: dict[str, str], place: str, *, is_bounded: bool
) -> list[tuple[int, Refusal]]:
    """Return refusals of untyped, missing and implausible cells; counts first and looks for rows only where needed."""
    wrong = _wrong(kind, columns, is_bounded=is_bounded)
    counts = ", ".join(f"count(*) FILTER (WHERE {sql})" for sql in wrong.values())
    counted = dict(zip(wrong, duck.rows(f"SELECT {counts} FROM shaped")[0], strict=True))
    refusals: list[tuple[int, Refusal]] = []
    for field in kind.fields:
        if counted[f"cell {field.name}"]:
            refusals += _look_at_cells(duck, field, wrong[f"cell {field.name}"], columns.get(field.name), place)
        if counted.get(f"bound {field.name}"):
            refusals += _beyond(duck, field, wrong[f"bound {field.name}"], place)
        if field.identifier and field.name in columns:
            refusals += _bad_identifiers(duck, field, place)
    for at, check in enumerate(kind.checks):
        if counted[f"check {at}"]:
            sql = f"SELECT report, line FROM shaped WHERE {wrong[f'check {at}']} ORDER BY report, line LIMIT {MOST}"
            for report, line in duck.rows(sql):
                texts = ((check.title.zh, check.title.en), (check.mend.zh, check.mend.en))
                fault = refusal(f"intake.sense.{check.code}", (place, line, check.code), check.holds, *texts)
                refusals.append((report, fault))
    return refusals + (_bad_acts(duck, wrong["act"], place) if counted["act"] else [])


def _is_bad(kind: Kind, name: str, *, present: bool) -> str:
    """Return SQL that is true where a cell is text that cannot be typed, a code of other signs, or empty though required."""
    value, text = quoted(name), quoted("t_" + name) if present else "NULL"
    empty = "false"
    if name in kind.key:
        empty = f"{value} IS NULL"
    elif kind.field(name).required:
        empty = f"{value} IS NULL AND act <> 'retract'"
    spelling = misspelled(kind.field(name))
    other = f" OR (act <> 'retract' AND ({spelling}))" if spelling else ""
    unread = quoted("u_" + name) if present and kind.field(name).fills else f"{text} IS NOT NULL AND {value} IS NULL"
    return f"(({unread}) OR ({empty}){other})"


def _look_at_cells(duck: DuckDb, field: Field, wrong: str, column: str | None, place: str) -> list[tuple[int, Refusal]]:
    value = quoted(field.name)
    text = f"coalesce({quoted('t_' + field.name)}, CAST({value} AS VARCHAR))" if column is not None else value
    refusals: list[tuple[int, Refusal]] = []
    for report, line, seen in duck.rows(
        f"SELECT report, line, {text} FROM shaped WHERE {wrong} ORDER BY report, line LIMIT {MOST}"
    ):
        at = (place, line, column or field.name)
        if seen is None:
            refusals.append((report, refusal("intake.shape.required", at, "-", field=field.title)))
        else:
            fix = message("intake.shape.cell:fix", field=Text(zh=field.title.zh, en=field.name), line=line)
            refusals.append((report, refusal(f"intake.shape.{field.type}", at, seen, expected(field), fix)))
    return refusals


def _beyond(duck: DuckDb, field: Field, wrong: str, place: str) -> list[tuple[int, Refusal]]:
    sql = f"SELECT report, line, {quoted(field.name)} FROM shaped WHERE {wrong} ORDER BY report, line LIMIT {MOST}"
    return [(report, refused_beyond(field, (place, line, field.name), seen)) for report, line, seen in duck.rows(sql)]


def _bad_identifiers(duck: DuckDb, field: Field, place: str) -> list[tuple[int, Refusal]]:
    """Return refusals of codes with wrong check characters, where the row gives no reason for them."""
    column, scheme = quoted(field.name), field.identifier
    excused = f"coalesce({quoted(field.excused_by)}, '') <> ''" if field.excused_by else "false"
    asked = f"{column} IS NOT NULL AND NOT ({excused})"
    values = [row[0] for row in duck.rows(f"SELECT DISTINCT {column} FROM shaped WHERE {asked}")]
    wrong = [value for value, good in zip(values, check_identifiers(scheme, values), strict=True) if not good]
    if not wrong:
        return []
    listed = ", ".join(literal(w) for w in wrong)
    sql = f"SELECT report, line, {column} FROM shaped WHERE {asked} AND {column} IN ({listed}) ORDER BY report, line LIMIT {MOST}"
    return [
        (report, refusal("intake.shape.identifier", (place, line, field.name), seen, scheme=scheme))
        for report, line, seen in duck.rows(sql)
    ]


def _bad_acts(duck: DuckDb, wrong: str, place: str) -> list[tuple[int, Refusal]]:
    sql = f"SELECT report, line, act FROM shaped WHERE {wrong} ORDER BY report, line LIMIT {MOST}"
    return [
        (report, refusal("intake.shape.act", (place, line, "act"), seen, acts=ACTS))
        for report, line, seen in duck.rows(sql)
    ]


def _result(duck: DuckDb, kind: Kind, lists: dict[str, pa.Table]) -> pa.Table:
    """Return the shaped rows with the hashes of key and content; the content takes in the nested lists."""
    joined, hashes = "", list[str]()
    for at, (name, table) in enumerate(sorted(lists.items())):
        duck.register(f"list_{at}", table)
        inner = ", ".join(quoted(c) for c in table.column_names if c not in ("report", "seq", "line"))
        joined += f" LEFT JOIN (SELECT report, seq, list(hash({inner}) ORDER BY hash({inner})) AS h_{at} FROM list_{at} GROUP BY report, seq) USING (report, seq)"
        hashes.append(f"h_{at}")
        assert name.startswith(kind.name)
    sql = f"SELECT {', '.join(_named(kind, *hashes))} FROM shaped{joined} ORDER BY report, seq"
    rows = duck.arrow(sql)
    for at in range(len(lists)):
        duck.unregister(f"list_{at}")
    return rows
