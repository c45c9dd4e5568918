"""The running server: the writer, cursors for readers, accounts, news; readers have one of each per thread."""

import datetime as dt
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from functools import partial
from pathlib import Path
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from comptroller import node
from comptroller.access.accounts import Accounts
from comptroller.engine import Engine
from comptroller.ledger.entry_headers import EntryHeaders
from comptroller.ledger.ledger import Ledger
from comptroller.model.channel import ENGINE, OPERATOR
from comptroller.model.policy import Pack
from comptroller.model.refusal import Refused
from comptroller.store.duck import DuckDb
from comptroller.store.sqlite import StoreDown, connect
from comptroller.web.runtime.advice_log import KIND as ADVICE, AdviceLog
from comptroller.web.runtime.broadcast import Broadcast
from comptroller.web.runtime.cache import Cache, stamp_of
from comptroller.web.runtime.exclusive import Exclusive
from comptroller.web.runtime.feeds import Feeds
from comptroller.web.runtime.jobs import Jobs
from comptroller.web.runtime.journal import Journal, outcome_of
from comptroller.web.runtime.oidc import Provider
from comptroller.web.runtime.periodic import PeriodicTasks
from comptroller.web.runtime.query_answers import Answers
from comptroller.web.runtime.query_pool import QueryPool
from comptroller.web.runtime.report_rate import ReportRate
from comptroller.web.runtime.scope_tables import ScopeTables
from comptroller.web.runtime.settings import Settings
from comptroller.web.runtime.storage import DeskStore
from comptroller.web.runtime.writer import Clock, Outcome, Writer

ACCOUNTS, STORE = "accounts.sqlite", "desk.sqlite"
Value = TypeVar("Value")


class Server:
    """The server of one node. Its clock and its source of random text are parameters."""

    def __init__(self, folder: Path, clock: Clock, chance: Callable[[], str], settings: Settings | None = None) -> None:
        """Take the node's folder, the clock, and the source of random bytes; `start` opens the node."""
        self.folder, self.clock, self.chance = folder, clock, chance
        self.settings = settings or Settings()
        self.broadcast = Broadcast()
        self.report_rate = ReportRate()
        self.feeds = Feeds()
        self.jobs = Jobs(clock)
        self.exclusive = Exclusive()
        self.questions = QueryPool()
        self.answers = Answers(time.monotonic)
        self.advices = AdviceLog(
            partial(self.report, channel=ENGINE), self.settings.advice_seconds, lambda: self.storage
        )
        self.periodic = PeriodicTasks(self.settings.shadow_seconds)
        self.provider = Provider(self.settings.provider) if self.settings.provider else None
        self.writer = Writer(folder, clock, self.broadcast.publish, self.settings.passphrase)
        self._own = threading.local()
        self._lock = threading.Lock()
        self._cache = Cache()
        self._journal = Journal(self.writer, lambda: self.owner, self.local_now, chance)
        self._engine: Engine | None = None
        self.menu: tuple[Any, ...] = ()
        """Entries of the console's menu, set by the app."""

    def start(self) -> None:
        """Open the node; raises the errors of opening."""
        self._engine = self.writer.start()
        for path in (self.folder / ACCOUNTS, self.folder / STORE):
            try:
                connect(path).close()
            except StoreDown as fault:
                self.writer.stop()
                raise Refused([node.damaged_store(path, fault)]) from fault
        self.scope_tables = ScopeTables(self.writer.root, self.clock)
        if ADVICE in self.pack.kinds:
            self.advices.resume(self._is_advised)

    def stop(self) -> None:
        """Finish the waiting work, then close the node."""
        self.periodic.stop()
        self.jobs.stop()
        self.questions.stop()
        self.answers.clear()
        self.advices.flush()
        self.writer.stop()

    def _is_advised(self, number: str) -> bool:
        return bool(self.duck.rows(f"SELECT 1 FROM main.all_{ADVICE} WHERE {ADVICE} = ? LIMIT 1", [number]))

    @property
    def engine(self) -> Engine:
        """Return the engine; only its values may be read here: pack, charter, owner."""
        assert self._engine is not None, "start the server before its use"
        return self._engine

    @property
    def pack(self) -> Pack:
        """Return the policy in force."""
        return self.engine.pack

    def policy_of(self, digest: str, known: int) -> Pack:
        """Return the policy of that digest, adopted at or before entry `known`."""
        if digest == self.pack.digest:
            return self.pack
        waiting = self.writer.do(lambda worker: worker.policy_of(digest, known))
        return self.cached(("policy", digest), lambda: waiting.result(self.settings.most_wait_seconds))

    @property
    def owner(self) -> str:
        """Return the code of the node's owner."""
        return self.engine.charter.owner

    @property
    def duck(self) -> DuckDb:
        """Return this thread's own reading connection to the books."""
        if not hasattr(self._own, "duck"):
            with self._lock:
                self._own.duck = self.writer.root.cursor()
        duck: DuckDb = self._own.duck
        return duck

    @property
    def ledger(self) -> Ledger:
        """Return this thread's own reader of the ledger."""
        if not hasattr(self._own, "ledger"):
            self._own.ledger = Ledger.open(self.folder / node.LEDGER, readonly=True)
        ledger: Ledger = self._own.ledger
        return ledger

    @property
    def heads(self) -> EntryHeaders:
        """Return this thread's own reader of the entry headers."""
        if not hasattr(self._own, "heads"):
            self._own.heads = EntryHeaders(self.folder / node.LEDGER)
        heads: EntryHeaders = self._own.heads
        return heads

    @property
    def accounts(self) -> Accounts:
        """Return this thread's own connection to the accounts."""
        if not hasattr(self._own, "accounts"):
            self._own.accounts = Accounts(self.folder / ACCOUNTS)
        accounts: Accounts = self._own.accounts
        return accounts

    @property
    def storage(self) -> DeskStore:
        """Return this thread's own connection to the desk's store."""
        if not hasattr(self._own, "storage"):
            self._own.storage = DeskStore(self.folder / STORE)
        storage: DeskStore = self._own.storage
        return storage

    @property
    def zone(self) -> ZoneInfo:
        """Return the owner's time zone."""
        return ZoneInfo(self.pack.zone)

    def local_now(self) -> dt.datetime:
        """Return the current local time of the owner."""
        return self.clock().astimezone(self.zone).replace(tzinfo=None)

    def position(self) -> tuple[int, str]:
        """Return the last ledger entry in the books, and the policy version."""
        entries, digest = self.duck.rows("SELECT entries, pack FROM position")[0]
        return int(entries), str(digest)

    def stamp(self, tables: Sequence[str]) -> tuple[Any, ...]:
        """Return a stamp that changes with the rows of these fact tables, the clock's day or the policy.

        Values that depend on few tables are cached by their stamp: most batches do not change these tables.
        """
        position = self.position()
        return self.cached(("stamp", tuple(tables), position), lambda: stamp_of(self.duck, tables, position[1]))

    @property
    def register(self) -> int:
        """Return a number that changes with the register and its hierarchy; the caller begins to read by it."""
        return self.scope_tables.register(self.stamp(["entity"] if "entity" in self.pack.kinds else []))

    def below(self, roots: tuple[str, ...]) -> str:
        """Return SQL of the entities at and below some roots, of the whole register without roots.

        It is for reading connections of this server.
        """
        return self.scope_tables.below(self.duck, self.register, roots)

    def cached(self, key: Any, make: Callable[[], Value]) -> Value:
        """Return the value of a key from the cache; make it once when it is missing. Keys include the position."""
        return self._cache.get(key, make)

    def note(self, login: str, did: str, about: str = "", detail: str = "") -> "Future[Outcome]":
        """Record in the ledger what a user did; return the future of its outcome."""
        return self._journal.note(login, did, about, detail)

    def report(
        self, kind: str, facts: list[dict[str, Any]], channel: str = OPERATOR, login: str = ""
    ) -> "Future[Outcome]":
        """Report facts in the owner's name: of the node itself, of a signed-in user, or of the public.

        Pages and calls name their channel; without one it is the operator's.
        """
        return self._journal.report(kind, facts, channel, login)

    def outcome_of(self, waiting: "Future[Outcome]") -> Outcome:
        """Return the outcome of a report of the desk, after waiting for it; raises Refused when it was rejected."""
        return outcome_of(waiting, self.settings.most_wait_seconds)
