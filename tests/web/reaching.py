"""A world with the entity in every word, and the walk of a visitor through all answers of the console.

NM4KAB is a word of entity EN4KAB: its name; PY4KAB what it paid to; KN4KAB the kinships there.
"""

import asyncio
import datetime as dt
import io
import re
import zipfile
from itertools import cycle, islice
from typing import Any

from starlette.testclient import TestClient

from comptroller.access.grants import ROLES, SEE
from comptroller.cli.serve import let_in
from comptroller.web.app import make_app
from comptroller.web.shell.auth import SESSION
from tests.case_consoles import started
from tests.consoles import ORIGIN
from tests.worlds import OWNER, fresh_node, moment, report

PARENT = {"EN4KA": OWNER, "EN4KAB": "EN4KA", "EN4KAC": "EN4KAB", "EN4KD": OWNER, "EN4KDE": "EN4KD"}
CODES = list(PARENT)
WORD = re.compile(r"(EN|NM|PY|KN)4K([A-E]+)")
FINDING = re.compile(r"F-[a-z0-9]+")
CASE = re.compile(r"C-[a-z0-9]+")
DAY = dt.date(2024, 3, 12)
EVERYWHERE = (
    "state=all",
    "under={code}",
    "kind=payment&entity={code}",
    "item=net_assets&entity={code}",
    "entity={code}",
    "text=NM4K",
)
"""Parameters sent to every page's address, beside none; a page uses those it knows."""


def words(entity: str) -> str:
    """Return the end of an entity's words."""
    return entity[4:]


def facts_of(entity: str) -> list[Any]:
    """Return reports of an entity: paid twice, paid before the board approved, and a tie of kin."""
    end = words(entity)
    paid = {
        "entity": entity,
        "payee": f"PY4K{end}",
        "amount": 500,
        "amount_cny": 500,
        "currency": "CNY",
        "invoice": f"PY4K{end}",
    }
    rows = [
        paid | {"payment": f"PY4K{end}-{n}", "paid_at": f"2024-03-0{n}T10:00:00", "matter": f"PY4K{end}-M"}
        for n in (4, 5)
    ]
    late = {
        "entity": entity,
        "decision": f"PY4K{end}-D",
        "matter": f"PY4K{end}-M",
        "body": "board",
        "outcome": "approved",
    }
    tie = {
        "entity": entity,
        "left_party": f"KN4K{end}-1",
        "right_party": f"KN4K{end}-2",
        "relation": "kin",
        "valid_from": "2020-01-01",
    }
    return [
        report("payment", *rows, reporter=entity, name=f"PY4K{end}.json"),
        report("decision", late | {"decided_at": "2024-03-08T10:00:00"}, reporter=entity),
        report("relation", tie, reporter=entity),
    ]


class World:
    """A console, its contents, and its users."""

    def __init__(self, folder: Any) -> None:
        """Build it; the console's own writer takes every report, so that its news are stored."""
        fresh_node(folder, "cn-cases").close()
        self.server = started(folder)
        self._number = iter(range(1, 100_000))
        rows = [
            {"entity": e, "parent": p, "name": f"NM4K{words(e)}", "valid_from": "2020-01-01"} for e, p in PARENT.items()
        ]
        self._take(report("entity", {"entity": OWNER, "name": "owner", "valid_from": "2020-01-01"}, *rows))
        for one in [said for entity in CODES for said in facts_of(entity)]:
            self._take(one)
        self._tick()
        self.findings = {
            f: (r, e) for f, r, e in self.server.duck.rows("SELECT finding, rule, entity FROM finding_now")
        }
        self.cases = dict(self.server.duck.rows("SELECT case_id, entity FROM case_now"))
        self.app = make_app(self.server)
        self.batches = list(self.server.broadcast.recent)

    def _take(self, one: Any) -> None:
        outcome = self.server.writer.take(one).result(120)
        assert outcome.entry, outcome.refusals

    def _tick(self) -> None:
        at = moment("2024-03-12T00:10:00")
        self.server.writer.do(lambda worker: worker.tick(at, at)).result(120)

    def let_in(self, grants: list[dict[str, Any]]) -> "Visitor":
        """Add a user with exactly these grants."""
        login = f"u{next(self._number)}"
        let_in(
            self.server, {"login": login, "name": login}, [g | {"reason": "drawn"} for g in grants], dt.date(2024, 1, 1)
        )
        self.server.accounts.open_session(login, f"secret of {login}", f"key of {login}", self.server.clock())
        return Visitor(self, login, grants)


class Visitor:
    """A user with drawn grants: what may be shown to them, derived from the grants alone, and all that they request."""

    def __init__(self, world: World, login: str, grants: list[dict[str, Any]]) -> None:
        """Compute what the grants cover."""
        self.world, self.login = world, login
        held = [g for g in grants if g["valid_from"] <= DAY.isoformat() < g.get("valid_until", "9")]
        self.seeing = [g for g in held if SEE in ROLES[g["role"]]]
        self.administers = any(g["role"] in ("administrator", "auditor") for g in held)
        self.covered = {e for e in CODES if any(g["entity"] in _above(e) for g in self.seeing)}
        self.kin = {
            e
            for e in CODES
            if any(g["entity"] in _above(e) and g.get("supervision_line") == "discipline" for g in self.seeing)
        }
        named = {g["entity"] for g in grants} | {up for e in self.covered for up in _above(e)}
        self.named = self.covered | named
        """Entities with a bare code in a record within reach, or in a grant of the visitor."""
        rules = world.server.pack.rules
        self.findings = {
            f for f, (r, e) in world.findings.items() if any(self._opens(g, rules[r], e) for g in self.seeing)
        }
        self.cases = None if any(g["role"] != "reporter" for g in self.seeing) else set()
        """The cases that may show: none to users of firms, because no line released any in this world; None
        where it is unknown.
        """
        session = {SESSION: f"secret of {login}", "desk_language": "en"}
        self.browser = TestClient(
            world.app, base_url=ORIGIN, headers={"origin": ORIGIN}, cookies=session, follow_redirects=False
        )

    @staticmethod
    def _opens(grant: dict[str, Any], rule: Any, entity: str) -> bool:
        line = grant.get("supervision_line")
        on_line = not line or line in (rule.route.get("lead"), *rule.route.get("informed", ()))
        if grant["role"] == "reporter" and rule.kind != "data":
            return False
        return grant["entity"] in _above(entity) and grant.get("domain") in (None, rule.domain) and on_line

    def outside(self, said: str, *, of_users: bool = False) -> set[str]:
        """Return the words of an answer that are not within the visitor's reach; `of_users` for pages about
        users and their grants.
        """
        found = set()
        for kind, end in set(WORD.findall(said)):
            entity = f"EN4K{end}"
            fits = {"EN": self.named, "NM": self.covered, "PY": self.covered, "KN": self.kin}[kind]
            if entity not in fits and not (kind == "EN" and of_users and self.administers):
                found.add(f"{kind}4K{end}")
        if self.cases is not None:
            found |= {case for case in self.world.cases if case in said and case not in self.cases}
        return found | {f for f in self.world.findings if f in said and f not in self.findings}

    def ask(self, path: str) -> str:
        """Return the answer to a GET, without the words of the address itself."""
        answer = self.browser.get(path)
        assert answer.status_code in (200, 303, 400, 403, 404, 422), (path, answer.status_code)
        if "?" not in path and (
            set(FINDING.findall(path)) - self.findings or path.rpartition("/")[2] in set(CODES) - self.covered
        ):
            assert answer.status_code in (303, 403, 404), (path, answer.status_code)
        return _readable(answer, path)

    def query(self, sql: str, how: str) -> str:
        """Return what is answered to a question, by the page, as a file, or by the call."""
        if how == "call":
            answer = self.browser.post(
                "/api/v1/queries", json={"sql": sql}, headers={"x-form-key": f"key of {self.login}"}
            )
        else:
            answer = self.browser.post("/ask", data={"sql": sql, "as": how, "form_key": f"key of {self.login}"})
        assert answer.status_code in (200, 403, 422), (sql, answer.status_code, answer.text)
        return _readable(answer, sql)

    def hear(self) -> str:
        """Return all events of an event stream since its start."""
        return asyncio.run(self._hear())

    async def _hear(self) -> str:
        server, told = self.world.server, []
        server.broadcast.attach(asyncio.get_running_loop())
        head = [(b"cookie", f"{SESSION}=secret of {self.login}".encode()), (b"host", b"testserver")]
        scope = {
            "type": "http",
            "http_version": "1.1",
            "method": "GET",
            "path": "/api/v1/events",
            "raw_path": b"/api/v1/events",
        }
        scope |= {
            "query_string": b"",
            "headers": head,
            "client": ("c", 1),
            "server": ("testserver", 80),
            "scheme": "http",
            "root_path": "",
        }
        never = asyncio.Event()

        async def receive() -> dict[str, Any]:
            await never.wait()
            return {"type": "http.disconnect"}

        async def send(message: dict[str, Any]) -> None:
            told.append(message.get("body", b"").decode())

        stream = asyncio.ensure_future(self.world.app(scope, receive, send))
        for _ in range(20_000):
            if stream.done() or server.broadcast.count:
                break
            await asyncio.sleep(0.001)
        for batch in self.world.batches:
            server.broadcast.publish(batch)
            await asyncio.sleep(0)
        server.broadcast.close()
        await stream
        return "".join(told)


def _above(entity: str) -> list[str]:
    """Return an entity and all above it."""
    return [entity, *_above(PARENT[entity])] if entity in PARENT else [entity]


def _readable(answer: Any, asked: str) -> str:
    """Return an answer as text, with a workbook's cells, less the words that the visitor wrote."""
    said = str(answer.text)
    if answer.content.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(answer.content)) as book:
            said = "\n".join(book.read(name).decode("utf-8", "replace") for name in book.namelist())
    for word in {m.group(0) for m in WORD.finditer(asked)} | set(FINDING.findall(asked)) | set(CASE.findall(asked)):
        said = re.sub(rf"{word}(?!\w)", "", said)
    return said


def addresses(world: World, routes: list[str], places: int) -> list[str]:
    """Return addresses of every route that is read, its gaps filled in with `places` things of the world each;
    a gap unheard of fails.
    """
    size = world.server.ledger.size
    pools: dict[str, list[str]] = {
        "finding": list(world.findings), "code": CODES, "entity": CODES, "case_id": list(world.cases),
        "number": [str(n) for n in range(1, min(size, 2 + 3 * len(CODES)) + 1)], "entry": ["1", "2"], "letter": ["L1"],
        "name": ["base/rules/payments/duplicate", "base/lists/kept_close"], "kind": ["payment", "relation"], "ending": ["csv", "xlsx"],
        "language": ["en"], "flow": ["payment"], "side": ["owners", "holdings"],
    }  # fmt: skip
    found: list[str] = []
    for path in (route.split(" ", 1)[1] for route in routes if route.startswith("GET ")):
        if path in AWAY:
            continue
        gaps = re.findall(r"\{(\w+)(?::path)?\}", path)
        assert set(gaps) <= pools.keys(), f"say in tests/web/reaching.py what stands at {path}"
        if path == "/strips/{kind}/{entity}/{code:path}":
            found += [f"/strips/payment/{e}/PY4K{words(e)}-4" for e in CODES]
            continue
        count = min(places, max((len(pools[gap]) for gap in gaps), default=1))
        for values in islice(zip(*(cycle(pools[gap]) for gap in gaps), strict=False), count) if gaps else [()]:
            address = path
            for gap, value in zip(gaps, values, strict=True):
                address = re.sub(rf"\{{{gap}(:path)?\}}", value, address)
            found.append(address)
    return found


AWAY = ("/api/v1/events", "/oidc/start", "/oidc/back", "/account", "/sign-in", "/take-up", "/api/v1/openapi.json")
"""Addresses that are requested in another way, or lead away."""
