"""No policy text reaches the machine: more than forty ways out in every place for SQL in a pack."""

import json

import pytest

from comptroller.intake.mapping import parse_mapping
from comptroller.model.refusal import BrokenPack
from comptroller.packs import read_pack
from tests.packs_small.small import changed, small_files

CONTENT = "never-in-any-answer"
SOURCES = [
    "read_text('{file}')",
    "read_blob('{file}')",
    "read_csv('{file}')",
    "read_csv_auto('{file}')",
    "read_json('{file}')",
    "read_ndjson('{file}')",
    "read_parquet('{file}')",
    "parquet_scan('{file}')",
    "parquet_metadata('{file}')",
    "read_duckdb('{file}')",
    "sniff_csv('{file}')",
    "glob('{folder}/*')",
    "'{file}'",
    '"{file}"',
    "main.all_payment",
    "all_payment",
    "position",
    "gone_payment",
    "finding",
    "temp.payment",
    "system.main.duckdb_settings",
    "information_schema.tables",
    "pg_catalog.pg_class",
    "sqlite_master",
    "duckdb_settings()",
    "duckdb_tables()",
    "duckdb_secrets()",
    "pragma_table_info('all_payment')",
    "pragma_version()",
    "query('SELECT * FROM all_payment')",
    "query_table('all_payment')",
    "histogram('all_payment', amount)",
    "histogram_values('all_payment', amount)",
    "seq_scan('all_payment')",
    "arrow_scan(1, 2, 3)",
    "pandas_scan(1)",
    "json_each('[1]')",
    "json_execute_serialized_sql('x')",
    "repeat('x', 9)",
    "read_csv('https://example.org/a.csv')",
    "(SELECT * FROM read_text('{file}'))",
    "(WITH z AS (SELECT * FROM read_text('{file}')) SELECT * FROM z)",
    "(WITH RECURSIVE all_payment AS (SELECT * FROM all_payment) SELECT * FROM all_payment)",
    "(VALUES (getenv('HOME')))",
]
"""Ways out in place of a table."""
CALLS = [
    "getenv('HOME')",
    "current_setting('temp_directory')",
    "getvariable('x')",
    "current_database()",
    "current_user",
    "version()",
    "read_text('{file}')",
    "'{file}'.read_text()",
    "\"read_text\"('{file}')",
    "main.read_text('{file}')",
    "system.main.getenv('HOME')",
    "json_serialize_sql('SELECT 1')",
    "json_deserialize_sql('x')",
    "nextval('s')",
    "currval('s')",
    "setseed(0.1)",
    "random()",
    "now()",
    "current_timestamp",
    "uuid()",
    "txid_current()",
    "pg_sleep(1)",
    "sleep_ms(1000)",
    "write_log('x')",
    "error('x')",
    "has_table_privilege('x', 'y')",
    "(SELECT content FROM read_text('{file}'))",
    "(SELECT max(content) FROM read_text('{file}') AS t(payment, content))",
    "CASE WHEN true THEN getenv('HOME') END",
    "CAST(getenv('HOME') AS VARCHAR)",
    "TRY_CAST((SELECT content FROM read_text('{file}')) AS INTEGER)",
    "coalesce(NULL, getenv('HOME'))",
    "list_transform([1], x -> getenv('HOME'))",
    "list_transform([1], lambda x: getenv('HOME'))",
    "[getenv('HOME') FOR x IN [1]]",
    "list_filter(['HOME'], x -> getenv(x) IS NOT NULL)",
    "max(getenv('HOME'))",
    "string_agg(getenv('HOME'), ',' ORDER BY getenv('HOME'))",
    "count(*) FILTER (WHERE getenv('HOME') IS NOT NULL)",
    "row_number() OVER (ORDER BY getenv('HOME'))",
    "EXISTS (FROM read_text('{file}'))",
    "1 IN (SELECT 1 FROM glob('{folder}/*'))",
    "ARRAY(SELECT content FROM read_text('{file}'))",
    "{{'a': getenv('HOME')}}.a",
    "$$x$$",
    "E'\\x41'",
    "$1",
]
"""Ways out in place of a value."""
STATEMENTS = [
    "ATTACH '{file}' AS x",
    "COPY payment TO '{folder}/out.csv'",
    "INSTALL httpfs",
    "LOAD httpfs",
    "PRAGMA database_list",
    "SET enable_external_access = true",
    "EXPORT DATABASE '{folder}/out'",
    "CREATE MACRO m(x) AS getenv(x)",
    "CALL pragma_version()",
    "DROP TABLE all_payment",
]
"""What may be put behind a semicolon."""
SQL_PLACES = {
    "value": ("SELECT p.entity,", "SELECT {way} AS x, p.entity,"),
    "where": ("WHERE (", "WHERE {way} IS NOT NULL AND ("),
    "join": ("JOIN param_twice_days AS t ON", "JOIN param_twice_days AS t ON {way} IS NOT NULL AND"),
    "group": ("GROUP BY", "GROUP BY {way},"),
    "aggregate": ("count(*) AS", "count(*) FILTER (WHERE {way} IS NOT NULL) AS"),
}
SOURCE_PLACES = {
    "join": ("JOIN param_twice_days", "CROSS JOIN {way} AS zz JOIN param_twice_days"),
    "subquery": ("WHERE (", "WHERE EXISTS (SELECT 1 FROM {way} AS zz) AND ("),
    "lateral": ("JOIN param_twice_days", "CROSS JOIN LATERAL (SELECT * FROM {way} AS zz) AS yy JOIN param_twice_days"),
    "with": ("SELECT p.entity,", "WITH ww AS (SELECT * FROM {way} AS zz) SELECT (SELECT count(*) FROM ww) AS n, p.entity,"),
}  # fmt: skip
EXPRESSION_PLACES = {
    "when": ("rules/pay/twice.yml", "judges: payment\n", "judges: payment\nwhen: {way}\n"),
    "needs": ("rules/pay/twice.yml", "needs: {payee: payee,", "needs: {payee: {way},"),
    "fills": ("kinds/payment.yml", '"CAST(paid_at AS DATE)"', "{way}"),
    "checks": ("kinds/payment.yml", '"lines >= 0"', "{way}"),
}


@pytest.fixture
def outside(tmp_path):
    """Return a function that puts a real file's path into a way out, and check that its content was not shown."""
    secret = tmp_path / "key.pem"
    secret.write_text(CONTENT, encoding="utf-8")

    def put(way: str) -> str:
        return way.replace("{{", "{").replace("}}", "}").replace("{file}", str(secret)).replace("{folder}", str(tmp_path))  # fmt: skip

    return put


def refused(files):
    """Check that a pack is rejected by name, and that no refusal holds the content of the file."""
    with pytest.raises(BrokenPack) as broken:
        read_pack(files, "small")
    codes = {item.code for item in broken.value.refusals}
    assert any(code.startswith(("packs.sql.", "packs.rule.", "packs.kind")) for code in codes), broken.value
    assert CONTENT not in str(broken.value)


@pytest.mark.parametrize("place", SQL_PLACES)
def test_no_value_in_a_rule_reaches_out(place, outside):
    """Each way out in place of a value in a rule's SELECT is rejected at load."""
    old, new = SQL_PLACES[place]
    for way in CALLS:
        refused(changed("rules/pay/twice.sql", old, new.replace("{way}", outside(way))))


@pytest.mark.parametrize("place", SOURCE_PLACES)
def test_no_table_in_a_rule_reaches_out(place, outside):
    """Each way out in place of a table in a rule's SELECT is rejected at load."""
    old, new = SOURCE_PLACES[place]
    for way in SOURCES:
        refused(changed("rules/pay/twice.sql", old, new.replace("{way}", outside(way))))


@pytest.mark.parametrize("place", EXPRESSION_PLACES)
def test_no_expression_reaches_out(place, outside):
    """Conditions, needs, fills and checks reject each value that reaches out, and each table in a subquery."""
    path, old, new = EXPRESSION_PLACES[place]
    ways = [*CALLS, *(f"amount > (SELECT count(*) FROM {source} AS t(payment, amount))" for source in SOURCES)]
    ways += [f"amount > 0; {statement}" for statement in STATEMENTS]
    ways += ["amount > 0 -- ", "amount > 0) OR (true", "amount > 0 /* x */", "payment.amount > 0", "COLUMNS('a') > 0"]
    for way in ways:
        refused(changed(path, old, new.replace("{way}", json.dumps(outside(way), ensure_ascii=False))))


def test_no_second_statement_stands_in_a_rule(outside):
    """A rule's SQL is one SELECT, with nothing before or behind it."""
    sql = small_files()["small/rules/pay/twice.sql"].decode()
    for statement in STATEMENTS:
        files = small_files()
        refused({**files, "small/rules/pay/twice.sql": f"{sql};\n{outside(statement)};\n".encode()})
        refused({**files, "small/rules/pay/twice.sql": f"-- x\n{outside(statement)};\n{sql}".encode()})
        refused({**files, "small/rules/pay/twice.sql": f"-- x\n{outside(statement)}\n".encode()})


def test_no_mapping_reaches_out(outside):
    """A mapping's SELECT rejects each value, each table and each statement that reaches out."""
    texts = [f"SELECT {way} AS payment FROM raw" for way in CALLS]
    texts += [f"SELECT * FROM raw, {source} AS zz" for source in SOURCES]
    texts += [f"SELECT a FROM raw WHERE EXISTS (SELECT 1 FROM {source} AS zz)" for source in SOURCES]
    texts += [f"SELECT a FROM raw; {statement}" for statement in STATEMENTS]
    for text in texts:
        selects, refusals = parse_mapping("m.sql", f"-- kind: payment\n{outside(text)}\n")
        assert not selects
        assert refusals, text
        assert CONTENT not in str(refusals)


@pytest.mark.parametrize(
    ("path", "old", "new"),
    [
        ("rules/pay/twice.yml", "needs: {payee: payee,", 'needs: {"x\' END, (SELECT 1) --": payee,'),
        ("rules/pay/twice.yml", "docket: [entity, payee]", 'docket: [entity, "payee\\" FROM x --"]'),
        ("rules/pay/twice.yml", "judges: payment\n", 'judges: payment\nsubject: ["a\\" , b"]\n'),
        ("kinds/payment.yml", "code: lines_below_zero", 'code: "x\'; DROP TABLE payment"'),
        ("kinds/decision.yml", "weight: {type: integer", '"we\\"ight": {type: integer'),
    ],
)
def test_names_that_go_into_statements_are_plain(path, old, new):
    """A key, a column or a code that is no plain identifier is rejected."""
    refused(changed(path, old, new))


def test_names_of_files_are_plain():
    """A parameter or a list is rejected if its file name is no identifier."""
    files = small_files()
    refused({**files, "small/params/x (a INT); DROP TABLE y.yml": files["small/params/twice_days.yml"]})
    refused({**files, "small/lists/it's.yml": files["small/lists/free_items.yml"]})


def test_what_a_ledger_holds_is_folded_all_the_same():
    """An adopted policy is not held to a later lint: its engine reads nothing else."""
    files = changed("rules/pay/twice.yml", "judges: payment\n", 'judges: payment\nwhen: "amount > (SELECT 1)"\n')
    assert read_pack(files, "small", adopted=True).rules["small/rules/pay/twice"].when == ("amount > (SELECT 1)",)
    refused(files)
