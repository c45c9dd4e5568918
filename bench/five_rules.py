"""The five rules as a user would write them in SQL, for DuckDB and PostgreSQL alike, and the tables that they read.

`{judged}` is replaced by the payments to look at: all of them, or those that a batch touches. Each rule returns the
entity, the docket (the rows judged together) and the subject within it. The same rules for Comptroller are in
bench/pack.
"""

import pyarrow as pa
import pyarrow.compute as pc

from bench import made

TABLES = {
    "entity": "entity VARCHAR, level INTEGER, class VARCHAR",
    "payment_limit": "level INTEGER, class VARCHAR, limit_cny DECIMAL(18,4)",
    "contract": "entity VARCHAR, contract VARCHAR, amount DECIMAL(18,4)",
    "payment": (
        "entity VARCHAR, payment VARCHAR, payee VARCHAR, payee_kind VARCHAR, amount DECIMAL(18,4), paid_at TIMESTAMP, "
        "paid_on DATE, contract VARCHAR"
    ),
    "found": "rule VARCHAR, entity VARCHAR, docket VARCHAR, subject VARCHAR",
}
RULES = {
    "above_limit": """
        SELECT p.entity, p.payment AS docket, '' AS subject
        FROM {judged} AS p
        JOIN entity AS e ON e.entity = p.entity
        JOIN payment_limit AS m ON m.level = e.level AND m.class = e.class
        WHERE p.amount > m.limit_cny""",
    "split": """
        SELECT r.entity, r.payee AS docket, CAST(r.paid_on AS VARCHAR) AS subject
        FROM (
            SELECT d.entity, d.payee, d.paid_on, SUM(d.day_cny) OVER ninety AS sum_cny, SUM(d.payments) OVER ninety AS payments
            FROM (
                SELECT p.entity, p.payee, p.paid_on, SUM(p.amount) AS day_cny, COUNT(*) AS payments
                FROM {judged} AS p
                WHERE p.amount < 2750000
                GROUP BY p.entity, p.payee, p.paid_on
            ) AS d
            WINDOW ninety AS (
                PARTITION BY d.entity, d.payee ORDER BY d.paid_on RANGE BETWEEN INTERVAL '89 days' PRECEDING AND CURRENT ROW
            )
        ) AS r
        WHERE r.sum_cny >= 2750000 AND r.payments >= 2""",
    "above_contract": """
        SELECT t.entity, t.contract AS docket, '' AS subject
        FROM (SELECT p.entity, p.contract, SUM(p.amount) AS paid FROM {judged} AS p GROUP BY p.entity, p.contract) AS t
        JOIN contract AS c ON c.entity = t.entity AND c.contract = t.contract
        WHERE t.paid > c.amount""",
    "first_is_large": """
        SELECT p.entity, p.payee AS docket, p.payment AS subject
        FROM {judged} AS p
        WHERE p.amount >= 420000
            AND NOT EXISTS (
                SELECT 1
                FROM payment AS b
                WHERE b.entity = p.entity AND b.payee = p.payee AND b.paid_on < p.paid_on AND b.paid_on >= p.paid_on - 365
            )""",
    "person_at_night": """
        SELECT p.entity, p.payment AS docket, '' AS subject
        FROM {judged} AS p
        WHERE p.payee_kind = 'person'
            AND p.amount >= 50000
            AND (EXTRACT(HOUR FROM p.paid_at) >= 22 OR EXTRACT(HOUR FROM p.paid_at) < 6)""",
}


def register() -> pa.Table:
    """Return the made entities with their level and class."""
    entities = made.entities()
    return pa.table({"entity": entities["entity"], "level": made.levels(), "class": entities["class"]})


def limits() -> pa.Table:
    """Return the limits by level and class; bench/pack/five/params holds the same."""
    pairs = [(level, name) for level in range(1, 9) for name in made.CLASSES]
    amounts = [440_000 - 5_000 * (level - 1) - 10_000 * (name == "utility") for level, name in pairs]
    levels, classes = zip(*pairs, strict=True)
    return pa.table({"level": levels, "class": classes, "limit_cny": amounts})


def rows(kind: str, table: pa.Table) -> pa.Table:
    """Return made contracts or payments with the columns of the tables, as text."""
    if kind == "payment":
        table = table.append_column("paid_on", pc.utf8_slice_codeunits(table["paid_at"], 0, 10))
    return table.select([column.split()[0] for column in TABLES[kind].replace("(18,4)", "").split(", ")])
