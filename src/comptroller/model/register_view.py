"""A read-only view of the register and of current facts, for intake."""

import datetime as dt
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray


class RegisterView(Protocol):
    """The books as intake reads them."""

    @property
    def owner(self) -> str:
        """Return the code of the node's owner, who may report for every entity."""

    def is_known(self, entity: str) -> bool:
        """Return whether the register holds that entity."""

    def parent(self, entity: str) -> str | None:
        """Return the entity that manages it, or None."""

    def standing(self, kind: str, keys: NDArray[np.uint64]) -> tuple[NDArray[np.int64], NDArray[np.uint64]]:
        """Return, for each hash of a natural key, the current fact (0 if there is none) and the hash of its content."""

    def whose_books(self, kind: str, facts: NDArray[np.int64]) -> dict[int, tuple[str | None, ...]]:
        """Return, for each of those facts, the entities that own it, in the order of the kind's columns."""

    def keys(self, entity: str) -> list[tuple[str, dt.date | None, dt.date | None]]:
        """Return the entity's public keys (base64 Ed25519) with the first and the last day of validity."""

    def tightens(self, name: str) -> str:
        """Return how a lower list of that name may differ; '' if no pack names it."""

    def lines_above(self, entity: str, name: str) -> list[dict[str, Any]]:
        """Return the lines of that list that bind the entity from above: holder, item, limit_cny, valid_from,
        valid_until.
        """
