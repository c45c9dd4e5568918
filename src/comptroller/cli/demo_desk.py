"""The demonstration's console: one sign-in for each role, the pages looked at, and the desk left open."""

import datetime as dt
import os
import socket
import threading
import time
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlencode

from comptroller.cli.demo_public import open_tips
from comptroller.cli.instants import now
from comptroller.cli.output import out
from comptroller.cli.serve import chance, let_in, run, server_of, set_password
from comptroller.web.runtime.server import Server

HOST, PORT = "127.0.0.1", 8420
PASSWORD = "harbour-2026-demo"  # noqa: S105 - the made-up world keeps no secret
OWNER, GROUP, FIRM = "WG0001", "HB0001", "HB0004"
_SINCE = dt.date(2024, 1, 1)
PEOPLE: tuple[tuple[str, str, str, tuple[tuple[str, str, str, str], ...]], ...] = (
    ("leader", "孟远", "", (("leader", OWNER, "", ""),)),
    ("supervisor", "陆知行", "", (("supervisor", OWNER, "", ""),)),
    ("discipline", "方正言", "", (("supervisor", OWNER, "", "discipline"), ("supervisor", OWNER, "", ""))),
    ("internal", "周正己", "", (("supervisor", OWNER, "", "internal"), ("supervisor", OWNER, "", ""))),
    ("investor", "郑持衡", "", (("supervisor", OWNER, "", "investor"), ("supervisor", OWNER, "", ""))),
    ("audit", "许审之", "", (("supervisor", OWNER, "", "audit"), ("supervisor", OWNER, "", ""))),
    ("group", "沈望舒", GROUP, (("supervisor", GROUP, "", ""),)),
    ("procurement", "顾采薇", "", (("supervisor", OWNER, "procurement", ""),)),
    ("auditor", "秦核", "", (("auditor", OWNER, "", ""),)),
    ("author", "温立章", "", (("author", OWNER, "", ""),)),
    ("adopter", "严定", "", (("adopter", OWNER, "", ""),)),
    ("reporter", "何填报", FIRM, (("reporter", FIRM, "", ""),)),
    ("administrator", "管清", "", (("administrator", OWNER, "", ""),)),
)
"""Sign-in name, name, employer and grants (role, entity, domain, line) of every user in the demonstration."""
ASKED = (
    ("望港联运物流有限公司", "储望潮"),
    ("望港联运物流有限公司", "戚望潮"),
    ("望港联运物流有限公司", "闻望潮"),
    ("望港国联投资有限公司", ""),
)
"""What to ask the public page: who may sign, who may within a power, who may not, and a firm that only calls itself the state's."""
PUBLIC = ("/public", "/public/enterprise", "/public/fees", "/public/false-enterprise", "/public/tips", "/public/verify")
PAGES = ("/", "/wall", "/findings", "/entities", "/reporting", "/policy", "/ledger", "/why")


def open_desk(folder: Path, port: int = PORT) -> bool:
    """Add the users and open the console on a node; with CI set, check that the pages answer, and stop.

    Returns whether every page answered.
    """
    is_checked = os.environ.get("CI", "").lower() in ("1", "true", "yes")
    server = Server(folder, now, chance)
    server.start()
    for login, name, employer, grants in PEOPLE:
        user = {"login": login, "name": name} | ({"employer": employer} if employer else {})
        words = ("role", "entity", "domain", "supervision_line")
        fields = [dict(zip(words, grant, strict=True)) | {"reason": "演示"} for grant in grants]
        let_in(server, user, fields, _SINCE)
        set_password(folder, login, PASSWORD)
    line = open_tips(server, "discipline", PASSWORD)
    if is_checked:
        return _check(server)
    port = port if _is_free(port) else _free_port()
    out.print(f"\nconsole  http://{HOST}:{port}", style="bold", markup=False)
    for login, name, _, grants in PEOPLE:
        reach = "; ".join(" ".join(part for part in grant if part) for grant in grants)
        out.print(f"  {login:<14} {PASSWORD}   {name}  {reach}", markup=False)
    out.print(f"public   http://{HOST}:{port}/public", style="bold", markup=False)
    for enterprise, name in ASKED:
        out.print(f"  {enterprise}  {name}", markup=False)
    if line:
        out.print(f"  key of the line {line} for tip-offs: {PASSWORD}", markup=False)
    run(server, HOST, port, 0)
    return True


def _is_free(port: int) -> bool:
    """Return whether a port is free."""
    with socket.socket() as tried:
        return tried.connect_ex((HOST, port)) != 0


def _free_port() -> int:
    """Return a free port."""
    with socket.socket() as tried:
        tried.bind((HOST, 0))
        return int(tried.getsockname()[1])


def _check(server: Server) -> bool:
    """Ask the pages over the network as a browser does, then stop."""
    port = _free_port()
    listener = server_of(server, HOST, port)
    thread = threading.Thread(target=listener.run, daemon=True)
    thread.start()
    while not listener.started and thread.is_alive():
        time.sleep(0.05)
    try:
        wrong = [f"{login} {path}: {status}" for login, path, status in _ask_pages(port) if status != 200]
    finally:
        listener.should_exit = True
        thread.join()
        server.stop()
    for fault in wrong:
        out.print(f"no answer  {fault}", style="bold red", markup=False)
    out.print(f"console: {'every page answers' if not wrong else f'{len(wrong)} pages do not answer'}", style="bold")
    return not wrong


def _ask_pages(port: int) -> list[tuple[str, str, int]]:
    """Return user, page and status of each request; public pages are requested without signing in."""
    answers = []
    visit = HTTPConnection(HOST, port, timeout=120)
    for path in PUBLIC:
        visit.request("GET", path)
        answer = visit.getresponse()
        answer.read()
        answers.append(("", path, answer.status))
    visit.close()
    for login, _, _, grants in PEOPLE:
        pages = ("/admin", "/acts", "/why") if grants[0][0] == "administrator" else PAGES
        line = HTTPConnection(HOST, port, timeout=120)
        body = urlencode({"login": login, "password": PASSWORD})
        head = {"content-type": "application/x-www-form-urlencoded", "origin": f"http://{HOST}:{port}"}
        line.request("POST", "/sign-in", body, head)
        answer = line.getresponse()
        answer.read()
        cookie = (answer.getheader("set-cookie") or "").split(";")[0]
        for path in pages:
            line.request("GET", path, headers={"cookie": cookie})
            answer = line.getresponse()
            answer.read()
            answers.append((login, path, answer.status))
        line.close()
    return answers
