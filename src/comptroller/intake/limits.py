"""How large, how deep and how wide a report may be, before anything in it is read."""

from dataclasses import dataclass

from comptroller.model.kind import FACT_LINES


@dataclass(frozen=True, slots=True)
class Limits:
    """The limits of one report; a larger one is rejected by name, never cut off.

    >>> Limits(rows=10).rows
    10
    """

    bytes_in: int = 512 << 20
    """The file as it came."""
    bytes_unpacked: int = 512 << 20
    """All that comes out of an archive, a sheet or a gzip together, counted while it comes out."""
    ratio: int = 250
    """Unpacked bytes for each packed byte, once more than `ratio_from` bytes have come out."""
    ratio_from: int = 8 << 20
    """Small things may pack as well as they like."""
    rows: int = FACT_LINES - 1
    columns: int = 512
    members: int = 256
    depth: int = 16
    """Lists and objects within each other in one JSON fact."""
    cell_chars: int = 1 << 18
    name_chars: int = 200
    digits: int = 40
    """Digits of one number, before and after the point together, written out without an exponent."""
    refusals: int = 1000
    """Beyond so many a file's refusals are counted, not listed."""


USUAL = Limits()
"""The limits of a node that sets none."""
