"""What intake may ask of what is known: a read-only view of the register and of standing facts."""

from typing import Protocol

import numpy as np
from numpy.typing import NDArray


class Known(Protocol):
    """The books, as intake sees them."""

    @property
    def owner(self) -> str:
        """Give the code of the node's owner, who may speak for every entity."""
        ...

    def is_known(self, entity: str) -> bool:
        """Say whether the register holds that entity."""
        ...

    def parent(self, entity: str) -> str | None:
        """Give the entity that manages it, or None."""
        ...

    def standing(self, kind: str, keys: NDArray[np.uint64]) -> tuple[NDArray[np.int64], NDArray[np.uint64]]:
        """Give, for each hash of a natural key, the standing fact (0 where there is none) and the hash of its content."""
        ...
