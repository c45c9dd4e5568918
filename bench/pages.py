"""The console at size: server time of every page, bytes of the first page, news on an open page, and judging under
load.

`python -m bench.pages [--held N] [--rounds N] [--readers N]`. Readers send HTTP requests from their own process. A page
is timed right after a report moved the books, so that no cached page of an earlier position is used.
"""

import argparse
import gzip
import http.client
import json
import multiprocessing
import re
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.cookies import SimpleCookie
from pathlib import Path
from statistics import median
from time import perf_counter, sleep
from urllib.parse import quote, urlencode

from bench import made
from bench.calls import checks
from bench.figures import Figure, Missing, at_least, at_most, figure, machine, print_figures, write_figures
from bench.nodes import OWNER, ROOT, Supply
from bench.pages_node import ENTITIES, PASSWORD, open_desk, pages_node
from comptroller.cli.serve import server_of
from comptroller.web.runtime.server import Server
from comptroller.web.timelines.gather import starts

MOST_SECONDS, MOST_BYTES, MOST_NEWS_SECONDS, LEAST_RATE = 0.5, 200_000, 1.0, 10_000
FACTS_A_REPORT, REPORTS_A_BATCH = 50, 100
_LOOKED_AT = ("all", "group", "domain")
_EVERY_SECONDS = (30.0, 10.0)
"""Seconds between two pages of a reader: as people do who read it, and faster than people do for long."""


class Browser:
    """One reader: an open connection and a session."""

    def __init__(self, port: int, login: str) -> None:
        """Sign in."""
        self._line = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
        self._port, self._cookie = port, ""
        body = urlencode({"login": login, "password": PASSWORD})
        headers = {"content-type": "application/x-www-form-urlencoded", "origin": f"http://127.0.0.1:{port}"}
        self._line.request("POST", "/sign-in", body, headers)
        answer = self._line.getresponse()
        answer.read()
        assert answer.status == 303, answer.status
        cookies = SimpleCookie(answer.headers["set-cookie"])
        self._cookie = "; ".join(f"{k}={v.value}" for k, v in cookies.items())

    def get(self, path: str) -> tuple[int, bytes, float]:
        """Return status, body and seconds of one page."""
        begin = perf_counter()
        try:
            self._line.request("GET", path, headers={"cookie": self._cookie})
            answer = self._line.getresponse()
        except (http.client.RemoteDisconnected, BrokenPipeError, ConnectionResetError):
            self._line.close()  # the server closed an idle connection; browsers connect again
            self._line.request("GET", path, headers={"cookie": self._cookie})
            answer = self._line.getresponse()
        body = answer.read()
        return answer.status, body, perf_counter() - begin

    def listen(self, path: str) -> http.client.HTTPResponse:
        """Open a stream of news."""
        line = http.client.HTTPConnection("127.0.0.1", self._port, timeout=120)
        line.request("GET", path, headers={"cookie": self._cookie})
        return line.getresponse()


@contextmanager
def served(server: Server) -> Iterator[int]:
    """Serve a desk on loopback; returns the port."""
    listener = server_of(server, "127.0.0.1", 0)
    thread = threading.Thread(target=listener.run, daemon=True)
    thread.start()
    while not listener.started:
        sleep(0.01)
    yield listener.servers[0].sockets[0].getsockname()[1]
    listener.should_exit = True
    thread.join(20)


def addresses(server: Server) -> list[str]:
    """Return an address of every page, with a finding, an entity, a rule and an entry that there are."""
    duck = server.duck
    finding, rule = duck.rows(
        "SELECT finding, rule FROM finding_now WHERE state = 'raised' ORDER BY known DESC LIMIT 1"
    )[0]
    codes = made.entity_codes()
    return [
        *strips(server), "/", "/wall", "/overview/live", "/findings", f"/findings?under={codes[1]}", "/findings?sort=amount", f"/findings?rule={rule}",
        "/findings?text=E00000000000000017", f"/findings/{finding}", "/entities", "/entities?page=900", "/entities?text=Made+777", "/entities.named?text=Made+777",
        f"/entities/{codes[1]}", f"/entities/{codes[40_000]}", f"/entities/{codes[1]}/holdings", f"/entities/{codes[1]}/structure", f"/entities/{codes[0]}/structure?depth=99", f"/entities/{codes[0]}/structure?text=Made+777", "/reporting", "/reporting?show=late",
        "/reporting?show=all", "/policy", f"/policy/{rule}", "/ledger", "/ledger/4", "/ask", "/why",
        "/api/v1/findings", "/api/v1/entities", f"/api/v1/findings/{finding}", "/api/v1/me",
    ]  # fmt: skip


def strips(server: Server) -> list[str]:
    """Return the lists of timelines, the timeline of the newest thing on each, and the cycle with most legs, if
    there is one.
    """
    paths = ["/strips?kind=rings"]
    for name in starts(server.pack):
        kind = server.pack.kinds[name]
        rows = server.duck.rows(f"SELECT {kind.books[0]}, {name} FROM {name} ORDER BY fact DESC LIMIT 1")
        paths += [f"/strips?kind={name}"] + [f"/strips/{name}/{quote(str(e))}/{quote(str(c))}" for e, c in rows if c]
    ring = server.duck.rows("SELECT flow, cycle FROM trade_cycle ORDER BY legs DESC, cycle LIMIT 1")
    return paths + [f"/strips/rings/{flow}/{quote(str(cycle))}" for flow, cycle in ring]


def move(server: Server, supply: Supply, count: int = FACTS_A_REPORT) -> int:
    """Move the books by some reports; returns how many findings changed."""
    waiting = [server.writer.take(item) for item in supply.reports(count, FACTS_A_REPORT)]
    done = [item.result(300) for item in waiting]
    assert all(item.entry for item in done), done[0].refusals[:2]
    return len({turn.verdict.finding for item in done for turn in item.turns})


def pages(server: Server, port: int, supply: Supply, rounds: int) -> list[Figure | Missing]:
    """Time every page for three people, each time after the books moved, and once more without that."""
    results: list[Figure | Missing] = []
    state = f"{ENTITIES:,} entities, {supply.given:,} made facts, {server.duck.rows('SELECT count(*) FROM finding')[0][0]:,} findings"
    for login in _LOOKED_AT:
        browser = Browser(port, login)
        for path in addresses(server):
            cold, warm, status = [], [], 0
            for _ in range(rounds):
                move(server, supply)
                status, _, spent = browser.get(path)
                cold.append(spent)
                warm.append(browser.get(path)[2])
            words = f"{state}; {login} (status {status}); books moved just before; again at once {median(warm) * 1000:.0f} ms"
            results.append(
                figure(f"{login} {re.sub(r'E0{6,}', 'E', path)[:52]}", cold, "s", words, at_most(MOST_SECONDS))
            )
            print(
                f"{login:7} {status} {median(cold) * 1000:7.0f} ms {median(warm) * 1000:6.0f} ms  {path[:80]}",
                file=sys.stderr,
            )
    return results


def weights(server: Server, port: int) -> list[Figure | Missing]:
    """Count what pages need, compressed: the page, its styles and scripts, without the library of charts."""
    browser = Browser(port, "all")
    parts: dict[str, int] = {}

    def weigh(path: str) -> int:
        page = browser.get(path)[1]
        named = set(re.findall(r'(?:src|href)="(/static/[^"]+)"', page.decode(errors="replace")))
        own = [part for part in named if "echarts" not in part]
        for part in own:
            parts[part] = parts.get(part) or len(gzip.compress(browser.get(part)[1]))
        return len(gzip.compress(page)) + sum(parts[part] for part in own)

    weighed = {path: weigh(path) for path in addresses(server)}
    heaviest = max(weighed, key=lambda path: weighed[path])
    words = "with styles and scripts, by gzip, without ECharts"
    return [
        figure("first page", [weighed["/"]], "bytes", f"the overview {words}", at_most(MOST_BYTES)),
        figure("heaviest page", [weighed[heaviest]], "bytes", f"{heaviest[:60]} {words}", at_most(MOST_BYTES)),
    ]


def news(server: Server, port: int, supply: Supply, rounds: int) -> list[Figure | Missing]:
    """Time from a report's sending to the news of its finding on an open overview."""
    stream = Browser(port, "all").listen("/api/v1/events")
    stream.readline()
    spent = []
    for _ in range(rounds):
        begin = perf_counter()
        turned = 0
        while not turned:
            begin = perf_counter()
            turned = move(server, supply)
        while True:
            line = stream.readline()
            if line.startswith(b"data:") and json.loads(line[5:])["turn_count"]:
                break
        spent.append(perf_counter() - begin)
    words = f"from handing in a report of {FACTS_A_REPORT} facts to the event with its finding on an open stream"
    return [figure("news", spent, "s", words, at_most(MOST_NEWS_SECONDS))]


def read_on(  # noqa: PLR0913, PLR0917 - what a process is given
    port: int,
    paths: list[str],
    readers: int,
    every: float,
    done: "multiprocessing.synchronize.Event",
    out: "multiprocessing.Queue[list[float]]",
) -> None:
    """Read as so many people do, each a page in so many seconds; returns the seconds of each page."""
    spent: list[float] = []

    def one(number: int) -> None:
        browser = Browser(port, _LOOKED_AT[number % 3])
        sleep(every * number / readers)
        at = number
        while not done.is_set():
            spent.append(browser.get(paths[at % len(paths)])[2])
            at += 1
            done.wait(every)

    threads = [threading.Thread(target=one, args=(n,), daemon=True) for n in range(readers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    out.put(spent)


def judging(server: Server, port: int, supply: Supply, readers: int, rounds: int) -> list[Figure | Missing]:
    """Measure facts a second without readers, and with so many readers."""
    count = FACTS_A_REPORT * REPORTS_A_BATCH

    def rates(people: int) -> list[float]:
        measured = []
        for _ in range(people):
            tables = supply.reports(count, FACTS_A_REPORT)
            begin = perf_counter()
            for item in [server.writer.take(report) for report in tables]:
                item.result(300)
            measured.append(count / (perf_counter() - begin))
        return measured

    words = f"JSON reports of {FACTS_A_REPORT} facts, {count:,} at a time, from bytes to findings, through the desk's writer"
    rates(1)  # what the first batch compiles
    measured: list[Figure | Missing] = [figure("judging alone", rates(rounds), "facts/s", words, at_least(LEAST_RATE))]
    spawn = multiprocessing.get_context("spawn")
    for every in _EVERY_SECONDS:
        done, out = spawn.Event(), spawn.Queue()
        reading = spawn.Process(target=read_on, args=(port, addresses(server), readers, every, done, out))
        reading.start()
        sleep(every + 5)
        among = rates(rounds * 2)
        done.set()
        spent = out.get(timeout=180)
        reading.join(30)
        people = f"{readers} people read, a page in {every:g} s each"
        measured += [
            figure(f"judging read, {every:g} s", among, "facts/s", f"{words}; {people}", at_least(LEAST_RATE)),
            figure(
                f"pages read, {every:g} s", spent, "s", f"the {len(spent)} pages that they read meanwhile; {people}"
            ),
        ]
    return measured


def main(arguments: list[str] | None = None) -> None:
    """Measure all of it."""
    parser = argparse.ArgumentParser(
        prog="python -m bench.pages", description=__doc__.splitlines()[0] if __doc__ else ""
    )
    parser.add_argument("--held", type=int, default=2_000_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--readers", type=int, default=200)
    parser.add_argument("--only", choices=("pages", "rest"), default="")
    parser.add_argument("--out", type=Path, default=ROOT / "build" / "bench" / "pages.json")
    options = parser.parse_args(arguments)
    work = ROOT / "build" / "bench"
    work.mkdir(parents=True, exist_ok=True)
    place = pages_node(work, options.held)
    target = place.with_suffix(".json")
    supply = Supply(made.SHARES, json.loads(target.read_text(encoding="utf-8")))
    server = open_desk(place)
    results: list[Figure | Missing] = []
    try:
        with served(server) as port:
            move(server, supply)
            if options.only != "rest":
                results += pages(server, port, supply, options.rounds)
            if options.only != "pages":
                results += weights(server, port)
                results.append(checks(server, port, 300, "nobody else asks"))
                results += news(server, port, supply, options.rounds)
                results += judging(server, port, supply, options.readers, options.rounds)
    finally:
        server.stop()
        target.write_text(json.dumps(supply.done), encoding="utf-8")
    figures = [item for item in results if isinstance(item, Figure)]
    about = {"owner": OWNER, **machine(work, 200)}
    print_figures(figures, {}, about)
    write_figures(options.out, figures, {}, about)


if __name__ == "__main__":
    main()
