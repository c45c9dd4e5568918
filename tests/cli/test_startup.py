"""Commands load what they use: a help page no engine, a reading command no web server, no sheets and no kernels."""

import json
import subprocess
import sys

import pytest

HEAVY = ("numba", "scipy", "fastapi", "uvicorn", "jinja2", "xlsxwriter", "python_calamine", "lxml", "typst")
STORES = ("duckdb", "pyarrow", "numpy", "sqlglot", "cryptography")
_RUN = """
import contextlib, io, json, os, sys
from comptroller.cli import main
sys.argv = ["comptroller", *sys.argv[1:]]
code, out = 0, io.StringIO()
with contextlib.redirect_stdout(out):
    try:
        main()
    except SystemExit as end:
        code = end.code
print(json.dumps({"code": code, "loaded": sorted({name.partition(".")[0] for name in sys.modules}), "cpu": sum(os.times()[:2])}))
"""
HELP_SECONDS, READING_SECONDS = 2.0, 5.0
"""CPU that a command may take: some times what it was seen to take (0.2 s and 0.8 s), so that a slow machine passes."""


def run(*words, node=""):
    """Run a command in a process of its own; return its exit code, the packages it loaded and its CPU in seconds."""
    more = ("--node", str(node)) if node else ()
    done = subprocess.run([sys.executable, "-c", _RUN, *words, *more], capture_output=True, text=True, check=True)
    return json.loads(done.stdout.splitlines()[-1])


@pytest.mark.parametrize("words", [("--help",), ("ownership", "--help"), ("pack", "--help")])
def test_help_loads_nothing(words):
    """A list of commands is shown without engine, stores or web server, in a fraction of a second."""
    told = run(*words)
    assert told["code"] == 0
    assert [name for name in (*HEAVY, *STORES) if name in told["loaded"]] == []
    assert told["cpu"] < HELP_SECONDS


@pytest.mark.parametrize(
    "words", [("findings",), ("cases", "due"), ("scoreboard",), ("explain", "F-x"), ("query", "SELECT 1")]
)
def test_reading_loads_no_judge_and_no_server(begun, words):
    """What reads the books loads neither kernels nor web server nor sheets."""
    told = run(*words, node=begun.node)
    assert told["code"] == (1 if words[0] == "explain" else 0)
    assert [name for name in HEAVY if name in told["loaded"]] == []
    assert told["cpu"] < READING_SECONDS


def test_the_ledger_is_checked_without_the_books():
    """Commands of the ledger need no SQL engine for facts, no parser of SQL and no server."""
    told = run("ledger", "verify", "--help")
    assert [name for name in (*HEAVY, "sqlglot") if name in told["loaded"]] == []
