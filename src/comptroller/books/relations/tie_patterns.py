"""Which ties may follow which: the lines of the list `related` as one automaton over the words of ties.

A line's `item` is the words of ties in their order. A word with a plus may be walked again: `controlled_by+ kin` is a
relative of a controller at any remove. A state is a set of places within lines, so that lines that begin alike are
walked once.
"""

from collections.abc import Iterable
from functools import cached_property

from comptroller.model.policy import ListLine

AGAIN = "+"
State = frozenset[tuple[int, int]]
"""Places (line, words walked) that a walk may have reached."""


class TiePatterns:
    """The ways that count: each line's words, its category, and the least share of stakes walked under it."""

    def __init__(self, lines: Iterable[ListLine]) -> None:
        """Read the lines; a line without a category makes no relation."""
        kept = [line for line in lines if line.body]
        self._words = [tuple(word.removesuffix(AGAIN) for word in line.item.split()) for line in kept]
        self._again = [tuple(word.endswith(AGAIN) for word in line.item.split()) for line in kept]
        self._bodies = [line.body or "" for line in kept]
        self._least = [line.share_pct or 0.0 for line in kept]
        self._after: dict[tuple[State, str, float | None], State] = {}

    @property
    def start(self) -> State:
        """Return the state before any tie is walked."""
        return frozenset((at, 0) for at in range(len(self._words)))

    @cached_property
    def places(self) -> list[tuple[int, int]]:
        """Return every place of every line."""
        return [(at, n) for at, words in enumerate(self._words) for n in range(len(words) + 1)]

    @property
    def longest(self) -> int:
        """Return the ties of the longest line, each word counted once."""
        return max((len(words) for words in self._words), default=0)

    @property
    def is_open(self) -> bool:
        """Return whether a word of some line may be walked again."""
        return any(any(again) for again in self._again)

    def after(self, state: State, word: str, share_pct: float | None) -> State:
        """Return the state after a tie of that word; a stake passes only the lines with a least share that it has.

        A share that is not known passes no least share: a relation is never derived from a missing figure.
        """
        key = (state, word, share_pct)
        if key not in self._after:
            self._after[key] = frozenset(
                (at, n)
                for at, place in state
                if self._has_share(at, word, share_pct)
                for n in self._next(at, place, word)
            )
        return self._after[key]

    def before(self, line: int, place: int, word: str) -> list[int]:
        """Return the places of a line that a tie of that word leads on from, to reach a place."""
        if place == 0 or self._words[line][place - 1] != word:
            return []
        return [place - 1, place] if self._again[line][place - 1] else [place - 1]

    def categories(self, state: State) -> list[str]:
        """Return the categories of the lines that are walked to their end."""
        return sorted({self._bodies[at] for at, place in state if place == len(self._words[at])})

    def can_go_on(self, state: State) -> bool:
        """Return whether any tie may follow."""
        return any(place < len(self._words[at]) or self._again[at][place - 1] for at, place in state)

    def is_repeated(self, state: State) -> bool:
        """Return whether the last tie may be walked again: some place is behind a word with a plus."""
        return any(place and self._again[at][place - 1] for at, place in state)

    def _has_share(self, line: int, word: str, share_pct: float | None) -> bool:
        if word not in {"holds", "held_by"} or not self._least[line]:
            return True
        return share_pct is not None and share_pct >= self._least[line]

    def _next(self, line: int, place: int, word: str) -> Iterable[int]:
        words = self._words[line]
        if place < len(words) and words[place] == word:
            yield place + 1
        if place and self._again[line][place - 1] and words[place - 1] == word:
            yield place
