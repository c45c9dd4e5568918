"""The menu is what page modules declare, in one order, without two entries in one place."""

from types import SimpleNamespace

import pytest

from comptroller.access.grants import SEE
from comptroller.web.app import PAGES
from comptroller.web.shell.menu import MenuEntry, menu_of


def test_the_menu_is_in_order() -> None:
    """Entries of all pages are in their declared order, each address once."""
    menu = menu_of(PAGES)
    assert [entry.order for entry in menu] == sorted(entry.order for entry in menu)
    assert menu[0].path == "/"
    assert len({entry.path for entry in menu}) == len(menu) > 12


@pytest.mark.parametrize("other", [MenuEntry(1, "/b", "b", SEE), MenuEntry(2, "/a", "a", SEE)])
def test_two_entries_in_one_place_are_rejected(other: MenuEntry) -> None:
    """Two pages cannot declare the same position or the same address."""
    pages = [SimpleNamespace(MENU=(MenuEntry(1, "/a", "a", SEE),)), SimpleNamespace(MENU=(other,))]
    with pytest.raises(ValueError, match="two menu entries"):
        menu_of(pages)


def test_a_page_without_an_entry_is_left_out() -> None:
    """A module that declares no menu adds nothing."""
    assert menu_of([SimpleNamespace()]) == ()
