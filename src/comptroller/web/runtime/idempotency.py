"""Idempotency keys: the answer under a key is made once, and every repetition gets the same answer.

- A key is taken before the work begins, in one statement; the digest identifies what was sent under it.
- After a fault cut work short, its result is searched in the ledger before the work is done again.
"""

import json
from collections.abc import Callable
from typing import Any

from comptroller.model.refusal import Refusal, Refused, refusal
from comptroller.web.runtime.server import Server

Answer = dict[str, Any]


class KeyTaken(Refused):
    """A different request came under the key before."""


_OPEN = "open"


def answer_once(
    server: Server,
    place: tuple[str, str, str],
    work: Callable[[], Answer],
    again: Callable[[int], Answer | None],
    is_final: Callable[[Answer], bool] = lambda _answer: True,
) -> Answer:
    """Return the answer to a request under a key: from `work` for the first, the same for all others.

    `place` is login, key and digest. `again(size)` searches the ledger entries after `size` for the result of work that
    a fault cut short, and returns None without one. An answer that is not final releases the key. Raises Refused for a
    key that came with another digest.
    """
    login, key, digest = place
    with server.exclusive.about(("once", login, key), server.settings.most_wait_seconds):
        size = server.ledger.size
        is_first = server.storage.take_key(login, key, digest, json.dumps({_OPEN: size}), server.clock().isoformat())
        stored = server.storage.answered(login, key)
        assert stored is not None, "the key was taken just now, or before"
        if stored[0] != digest:
            raise KeyTaken([_changed(key)])
        answer: Answer = json.loads(stored[1])
        if not is_first and _OPEN not in answer:
            return answer
        recovered = None if is_first else _after_writer(server, again, int(answer[_OPEN]))
        answer = work() if recovered is None else recovered
        if not is_final(answer):
            server.storage.end_key(login, key)
            return answer
        server.storage.answer(login, key, digest, json.dumps(answer, ensure_ascii=False), server.clock().isoformat())
        return answer


def _after_writer(server: Server, again: Callable[[int], Answer | None], size: int) -> Answer | None:
    """Return the result of interrupted work, after the writer has done all work that was waiting before."""
    server.writer.do(lambda _worker: None).result(server.settings.most_wait_seconds)
    return again(size)


def _changed(key: str) -> Refusal:
    return refusal("desk.key", ("", None, "Idempotency-Key"), key)
