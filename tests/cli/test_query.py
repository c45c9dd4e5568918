"""The command `query`: tables are listed, an unknown one is answered with few close names, and days can be named."""


def test_tables_are_listed(begun):
    """--tables lists what a SELECT may name, with columns; without a SELECT and without it the use is wrong."""
    told = {one["table"]: one["columns"] for one in begun.json("query", "--tables")}
    assert "amount" in told["payment"]
    assert {"group_head", "finding_now", "param_large_cny"} <= told.keys()
    assert begun("query").exit_code == 2


def test_an_unknown_table_is_answered_with_few_names(begun):
    """A mistyped table is answered with the close ones and with how to list all, in a few lines and both languages."""
    told = begun.json("query", "SELECT * FROM paymnt", code=1)["refused"][0]
    assert "payment" in told["mend"]["en"]
    assert "payment" in told["mend"]["zh"]
    assert "query --tables" in told["mend"]["en"]
    told = begun.json("query", "SELECT * FROM nothing", code=1)["refused"][0]
    assert len(told["expected"]["en"]) < 200
    assert len(told["expected"]["zh"]) < 200


def test_a_day_and_an_entry_are_asked(begun):
    """As of a day and as known with an entry, the tables of that day are read, graphs among them."""
    count = "SELECT count(*) AS n FROM payment"
    assert begun.json("query", count) == [{"n": 1}]
    assert begun.json("query", count, "--known", "2") == [{"n": 0}]
    assert begun.json("query", "SELECT head FROM group_head", "--valid", "2024-01-01") == [{"head": "A"}]
    assert begun("query", count, "--valid", "soon").exit_code == 2
