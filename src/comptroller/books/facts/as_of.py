"""Every table that can be read as of a day, or as known with an entry, as SQL; no other table can be."""

import datetime as dt
from collections.abc import Iterator

from comptroller.books.facts.tables import TOP, as_of, standing
from comptroller.model.policy import Pack

_HIGHEST = 64


def views(pack: Pack, *, valid: dt.date | None, known: int | None, is_same_policy: bool) -> dict[str, str]:
    """Return SQL by table for what held on a day and was known with an entry; at least one of the two is set.

    Covered are fact tables, nested lists by their parent's day, findings and suspended rules. Where the policy is the
    same as with that entry (`is_same_policy`), parameters, working days and `list_in_force` are covered too. The clock
    and the latest reports have only a current state. What is derived from graphs is in `graph_as_of`.
    """
    tables = dict(_facts(pack, valid, known)) | _findings(valid, known)
    if is_same_policy:
        tables |= {f"param_{name}": f"SELECT * FROM param_{name} AS s WHERE {_holds(valid)}" for name in pack.params}
        tables["working_day"] = "SELECT * FROM working_day"
        if {"entity", "list_line"} <= pack.kinds.keys():
            tables["list_in_force"] = _lists(tables["entity"], tables["list_line"], valid)
    return tables


def _holds(day: dt.date | None) -> str:
    return (
        "true"
        if day is None
        else f"s.valid_from <= DATE '{day}' AND (s.valid_until IS NULL OR s.valid_until > DATE '{day}')"
    )


def _facts(pack: Pack, valid: dt.date | None, known: int | None) -> Iterator[tuple[str, str]]:
    for name, kind in pack.tables.items():
        if kind.parent and valid is not None:
            outer = as_of(kind.parent, pack.kinds[kind.parent], valid=valid, known=known)
            lines = standing(name, kind, known=known)
            yield name, f"SELECT * FROM ({lines}) AS n WHERE n.fact IN (SELECT p.fact FROM ({outer}) AS p)"
        else:
            yield name, as_of(name, kind, valid=valid, known=known)


def _findings(valid: dt.date | None, known: int | None) -> dict[str, str]:
    """Return findings as of the entry, and in `finding_now` the last version of each; none that begins after
    the day.
    """
    last = "true" if known is None else f"f.known <= {known}"
    about = "true" if valid is None else f"(n.since IS NULL OR n.since <= DATE '{valid}')"
    place = "row_number() OVER (PARTITION BY f.finding ORDER BY f.version DESC) = 1"
    return {
        "finding": f"SELECT * FROM finding AS n WHERE {last.replace('f.', 'n.')} AND {about}",
        "finding_now": f"SELECT * FROM (SELECT * FROM finding AS f WHERE {last} QUALIFY {place}) AS n WHERE {about}",
        "suspended_rule": f"SELECT * FROM suspended_rule AS f WHERE {last}",
        "asleep": f"SELECT * FROM asleep AS f WHERE {last}",
    }


def _lists(entities: str, lines: str, valid: dt.date | None) -> str:
    """Return the lines that reached each entity, down the chain of managers of that day; `put_lists` writes the
    current ones.
    """
    columns = "limit_cny, share_pct, body, position, legal_review, text, valid_from, valid_until"
    return f"""
WITH RECURSIVE here AS (SELECT entity, parent FROM ({entities}) AS r),
steps AS (
  SELECT entity, entity AS ancestor, 0 AS distance FROM here
  UNION ALL
  SELECT s.entity, h.parent, s.distance + 1 FROM steps AS s JOIN here AS h ON h.entity = s.ancestor
  WHERE h.parent IS NOT NULL AND s.distance < {_HIGHEST - 1}
),
chain AS (SELECT entity, ancestor, min(distance) AS distance FROM steps GROUP BY entity, ancestor),
reaching AS (
  SELECT c.entity, l.list, l.item, l.entity AS holder, c.distance, {columns}, l.fact, true AS verified
  FROM chain AS c JOIN ({lines}) AS l ON l.entity = c.ancestor
  UNION ALL
  SELECT h.entity, l.list, l.item, NULL, {TOP}, {columns}, NULL, l.verified FROM here AS h CROSS JOIN policy_line AS l
)
SELECT * FROM reaching AS s WHERE {_holds(valid)}"""
