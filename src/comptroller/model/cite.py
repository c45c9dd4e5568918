"""A place in a source, as policy cites it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Cite:
    """A place in a source: the source's full name and the article."""

    source: str
    article: str = ""
