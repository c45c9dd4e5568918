"""Calls of programs at size: the question "may I?" over HTTP, alone and while reports arrive."""

import datetime as dt
import http.client
import json
from statistics import quantiles
from time import perf_counter

from bench import made
from bench.figures import Figure, at_most, figure
from comptroller.access.accounts import Token
from comptroller.web.runtime.server import Server

MOST_SECONDS = 0.05
_TOKEN = "bench-may-i"  # noqa: S105 - of a made node


def checks(server: Server, port: int, count: int, words: str) -> Figure:
    """Ask so many times, each about another entity, over one connection; returns the 99th of 100."""
    now = server.clock()
    if server.accounts.token(_TOKEN, now) is None:
        server.accounts.make_token(Token("bench", "all", frozenset({"see"}), now + dt.timedelta(days=1)), _TOKEN, now)
    line = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    codes = made.entity_codes()
    spent = []
    for at in range(count + 1):
        question = {
            "entity": codes[(at * 37) % len(codes)],
            "post": "board",
            "item": "investment",
            "amount_cny": "1000000",
        }
        head = {"authorization": f"Bearer {_TOKEN}", "content-type": "application/json"}
        begin = perf_counter()
        line.request("POST", "/api/v1/checks", json.dumps(question), head)
        answer = line.getresponse()
        answer.read()
        spent.append(perf_counter() - begin)
        assert answer.status == 200, answer.status
    line.close()
    p99 = quantiles(spent[1:], n=100)[98]
    print(f"may I: p50 {sorted(spent[1:])[count // 2] * 1000:.1f} ms, p99 {p99 * 1000:.1f} ms ({words})")
    return figure(
        f"may I p99, {words}", [p99], "s", f"{count} questions over HTTP, one after another", at_most(MOST_SECONDS)
    )
