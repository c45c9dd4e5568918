"""Parties as whole numbers: each name in a tie or a stake gets one, for good."""

from collections.abc import Iterable
from hashlib import blake2b

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray


class PartyIds:
    """Names and their numbers, in the order of their first use."""

    def __init__(self) -> None:
        """Start without names."""
        self.names: list[str] = []
        self._numbers: dict[str, int] = {}
        self._order: NDArray[np.int64] = np.empty(0, np.int64)

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self.names)

    def number(self, name: str) -> int:
        """Return a name's number; a new name gets the next one."""
        number = self._numbers.get(name)
        if number is None:
            number = self._numbers[name] = len(self.names)
            self.names.append(name)
        return number

    def find(self, name: str) -> int:
        """Return a name's number, -1 where it is not known."""
        return self._numbers.get(name, -1)

    def numbers(self, names: Iterable[str]) -> NDArray[np.int32]:
        """Return the numbers of names, new ones among them."""
        return np.fromiter(map(self.number, names), np.int32)

    def column(self, numbers: NDArray[np.int32]) -> pa.Array:
        """Return the names of numbers."""
        if len(numbers) * 4 > len(self.names):
            return pa.array(self.names, pa.string()).take(pa.array(numbers))
        return pa.array([self.names[n] for n in numbers.tolist()], pa.string())

    @property
    def order(self) -> NDArray[np.int64]:
        """Return a number for each name that does not depend on when it was first named: it settles ties."""
        if len(self._order) < len(self.names):
            fresh = self.names[len(self._order) :]
            digests = b"".join(blake2b(name.encode(), digest_size=8).digest() for name in fresh)
            self._order = np.concatenate((self._order, np.frombuffer(digests, ">i8").astype(np.int64)))
        return self._order
