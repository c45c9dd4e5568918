"""The world of public pages, for the tests of tip-offs."""

from tests.web.public.conftest import anybody, open_world

__all__ = ["anybody", "open_world"]
