"""A node opened to be read: its books and ledger, without the judge, the graph and the writer of facts.

Books that are behind their ledger, or of another policy than it, are first brought up to date by the engine.
"""

import datetime as dt
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from comptroller import node
from comptroller.cli import policy_cache
from comptroller.cli.output import node_folder, passphrase
from comptroller.cli.suggestions import suggestion
from comptroller.evaluation.findings import Findings
from comptroller.ledger.ledger import Ledger
from comptroller.model.policy import Pack
from comptroller.model.text import Text, message
from comptroller.packs.bundle import digest_of, unpack_files
from comptroller.packs.titles import rule_titles

if TYPE_CHECKING:
    from comptroller.engine import Engine


class Reading:
    """A node opened for reading: the books' tables, the ledger and the policy, each loaded when it is used."""

    def __init__(self, stores: node.Stores) -> None:
        """Store the open stores of a node."""
        self.folder, self.charter, self.ledger, self.duck = stores.folder, stores.charter, stores.ledger, stores.duck

    @property
    def is_current(self) -> bool:
        """Return whether the books contain the whole ledger, under the policy that it names. Raises Refused for
        damaged books.
        """
        with node.reading():
            entries, policy = node.check_books(self.duck, self.ledger)
            if not entries or entries != self.ledger.size:
                return False
            digest = self.duck.rows("SELECT pack FROM position")[0][0]
            return bool(digest == digest_of(self._files(policy)[0]))

    def _files(self, policy: int) -> tuple[dict[str, bytes], str]:
        return unpack_files(node.payload_of(self.ledger, self.ledger.entry(policy)))

    @cached_property
    def pack(self) -> Pack:
        """The policy in force, as the ledger holds it."""
        files, name = self._files(node.folded(self.duck)[1])
        pack = policy_cache.stored(self.folder, digest_of(files), files)
        if pack is None:
            pack = _read(files, name)
            policy_cache.store(self.folder, pack)
        self.duck.set_zone(pack.zone)
        return pack

    @cached_property
    def findings(self) -> Findings:
        """The findings in force."""
        return Findings(self.duck)

    @property
    def today(self) -> dt.date | None:
        """The day of the clock; None before the first tick."""
        return next((day for (day,) in self.duck.rows("SELECT today FROM clock")), None)

    def titles(self, rules: set[str]) -> dict[str, Text]:
        """Return the titles of those rules of the policy in force, without reading the rest of it."""
        return rule_titles(self._files(node.folded(self.duck)[1])[0], rules)

    @property
    def rules(self) -> list[str]:
        """The names of the rules that the files of the policy in force hold."""
        files = self._files(node.folded(self.duck)[1])[0]
        return [path.removesuffix(".yml") for path in files if "/rules/" in path and path.endswith(".yml")]

    def hints(self, rule: str, entity: str) -> list[str]:
        """Return a line (English, Chinese) for each name that nothing has: a part of a rule's name, an entity's code."""
        hints = []
        if rule and not any(rule in code for code in self.rules):
            hints.append(message("cli.no_rule", name=repr(rule), hint=suggestion(rule, self.rules)))
        entities = [code for (code,) in self.duck.rows("SELECT entity FROM entity")] if entity else []
        if entity and entity not in entities:
            hints.append(message("cli.no_entity", name=repr(entity), hint=suggestion(entity, entities)))
        return [f"{text.en.strip()} {text.zh}" for text in hints]

    def policy_of(self, digest: str, known: int) -> Pack:
        """Return the policy of that digest, as it was adopted not later than entry `known`."""
        if digest == self.pack.digest:
            return self.pack
        sql = "SELECT max(entry) FROM adopted WHERE pack = ? AND entry <= ?"
        return _read(*self._files(int(self.duck.rows(sql, [digest, known])[0][0])))

    def known_entry(self, known: str | None) -> int | None:
        """Return an entry named by number, or the last one received by an instant. Raises typer.BadParameter
        for other text.
        """
        return known_entry(self.ledger, known)


def _read(files: Mapping[str, bytes], name: str) -> Pack:
    """Read a policy that was adopted; its reader is loaded here, since most commands find the policy stored."""
    from comptroller.packs import read_pack  # noqa: PLC0415 - it brings the parser of SQL

    return read_pack(files, name, adopted=True)


@contextmanager
def reading(node_option: Path | None) -> Iterator[Reading]:
    """Yield a node to read; raises Refused for a folder that is no node, or a node in use by another process."""
    folder, secret = node_folder(node_option), passphrase()
    stores = node.open_all(folder, secret)
    with stores.guard():
        is_current = Reading(stores).is_current
    if not is_current:
        stores.close()
        with working(node_option):
            pass
        stores = node.open_all(folder, secret)
    with closing(stores):
        yield Reading(stores)


@contextmanager
def working(node_option: Path | None) -> Iterator["Engine"]:
    """Yield the engine at work on a node, and close it; it is loaded here, since most commands do without it."""
    from comptroller import engine  # noqa: PLC0415 - half of what a command costs, and only some need it

    with closing(engine.open_node(node_folder(node_option), passphrase=passphrase())) as worker:
        yield worker


def known_entry(ledger: Ledger, known: str | None) -> int | None:
    """Return an entry named by number, or the last one received by an instant. Raises typer.BadParameter for
    other text.
    """
    if not known:
        return None
    if known.isdigit():
        return int(known)
    try:
        moment = dt.datetime.fromisoformat(known)
    except ValueError as error:
        raise typer.BadParameter(f"{known}: an entry's number, or an instant such as 2024-06-30T08:00:00") from error
    return ledger.size_at(moment.astimezone(dt.UTC) if moment.tzinfo else moment.replace(tzinfo=dt.UTC))
