"""The lines of a nested list, JSON text in a column of the outer facts, become typed rows of a table of their own."""

import pyarrow as pa

from comptroller.intake.bounds import beyond, refused_beyond
from comptroller.intake.cells import expected, literal, misspelled, quoted, typed
from comptroller.model.kind import Kind
from comptroller.model.refusal import Refusal, refusal
from comptroller.model.text import Text, message
from comptroller.store.duck import DuckDb

MOST = 1000
"""Most refusals of one sort that are looked up in one batch."""


def shape_list(
    duck: DuckDb, inner: Kind, name: str, place: str, *, is_bounded: bool = True
) -> tuple[pa.Table | None, list[tuple[int, Refusal]]]:
    """Return a nested list's typed rows: its JSON text unnested, with the columns it carries."""
    column = quoted("l_" + name)
    label = Text(zh=inner.title.zh, en=name)
    fix = message("intake.shape.list:fix", field=label)
    refusals = []
    bad = (
        f"NOT json_valid({column}) OR json_type(CASE WHEN json_valid({column}) THEN {column} ELSE '[]' END) <> 'ARRAY'"
    )
    for report, line, seen in duck.rows(
        f"SELECT report, line, {column} FROM shaped WHERE {column} IS NOT NULL AND ({bad}) LIMIT {MOST}"
    ):
        refusals.append((report, refusal("intake.shape.list", (place, line, name), seen, field=label)))
    own = [f for f in inner.fields if f.name not in inner.carries]
    carried = [f for f in inner.fields if f.name in inner.carries]
    good = f"{column} IS NOT NULL AND NOT ({bad})"
    unnested = f"SELECT report, seq, line, {''.join(quoted(f.name) + ', ' for f in carried)} unnest(from_json({column}, '[\"JSON\"]')) AS item FROM shaped WHERE {good}"
    strays = duck.rows(
        f"SELECT report, line, item FROM ({unnested}) WHERE json_type(item) <> 'OBJECT' OR NOT list_has_all([{', '.join(literal(f.name) for f in own)}], json_keys(item)) LIMIT {MOST}"
    )
    for report, line, seen in strays:
        objects = message("intake.shape.list.fields:expected", fields=[f.name for f in own])
        refusals.append((report, refusal("intake.shape.list", (place, line, name), seen, objects, fix)))
    texts = [f"nullif(trim(item->>{literal('$.' + f.name)}), '') AS {quoted('t_' + f.name)}" for f in own]
    values = [f"{typed(f, quoted('t_' + f.name))} AS {quoted(f.name)}" for f in own]
    carried_names = [quoted(f.name) for f in carried]
    text_names = [quoted("t_" + f.name) for f in own]
    first = f"SELECT {', '.join(['report', 'seq', 'line', *carried_names, *texts])} FROM ({unnested}) WHERE json_type(item) = 'OBJECT'"
    duck.execute(
        f"CREATE OR REPLACE TEMP TABLE shaped_list AS SELECT {', '.join(['report', 'seq', 'line', *carried_names, *text_names, *values])} FROM ({first})"
    )
    for field in own:
        text, value = quoted("t_" + field.name), quoted(field.name)
        missing = f" OR {text} IS NULL" if field.required or field.name in inner.key else ""
        other = f" OR ({spelling})" if (spelling := misspelled(field)) else ""
        bad = f"({value} IS NULL AND ({text} IS NOT NULL{missing})){other}"
        sql = f"SELECT report, line, {text} FROM shaped_list WHERE {bad} LIMIT {MOST}"
        for report, line, seen in duck.rows(sql):
            at = (place, line, f"{name}.{field.name}")
            refusals.append((report, refusal(f"intake.shape.{field.type}", at, seen or "-", expected(field), fix)))
        if is_bounded and (wrong := beyond(field)):
            sql = f"SELECT report, line, {value} FROM shaped_list WHERE {wrong} LIMIT {MOST}"
            places = ((r, (place, line, f"{name}.{field.name}"), seen) for r, line, seen in duck.rows(sql))
            refusals += [(report, refused_beyond(field, at, seen)) for report, at, seen in places]
    doubled = ", ".join(quoted(k) for k in inner.key)
    sql = f"SELECT report, min(line), {doubled} FROM shaped_list GROUP BY report, seq, {doubled} HAVING count(*) > 1 LIMIT {MOST}"
    for row in duck.rows(sql):
        once = message("intake.shape.list.twice:expected")
        refusals.append((row[0], refusal("intake.shape.list", (place, row[1], name), row[2:], once, fix)))
    ordered = [*carried_names, *[quoted(f.name) for f in own]]
    sort = f"report, seq, {doubled}"
    return duck.arrow(f"SELECT report, seq, line, {', '.join(ordered)} FROM shaped_list ORDER BY {sort}"), refusals
