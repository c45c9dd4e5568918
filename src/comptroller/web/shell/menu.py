"""The console's menu: each page module declares its own entry in `MENU`; the app collects them."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from comptroller.web.shell.visit import Visit


def _always(_visit: Visit) -> bool:
    return True


@dataclass(frozen=True, slots=True)
class MenuEntry:
    """One line of the menu: its position, address, text code (`places.<code>`), the act that opens it, and a condition."""

    order: int
    path: str
    code: str
    act: str
    is_shown: Callable[[Visit], bool] = _always


def menu_of(modules: Iterable[Any]) -> tuple[MenuEntry, ...]:
    """Return the entries that page modules declare in `MENU`, in menu order.

    Raises:
        ValueError: two entries have the same position or the same address.
    """
    entries = sorted((entry for module in modules for entry in getattr(module, "MENU", ())), key=lambda e: e.order)
    for field in ("order", "path"):
        values = [getattr(entry, field) for entry in entries]
        if len(set(values)) != len(values):
            raise ValueError(f"two menu entries have the same {field}: {sorted(values, key=str)}")
    return tuple(entries)


def has_cases(visit: Visit) -> bool:
    """Return whether the policy in force has a case policy."""
    return visit.pack.case_policy.is_on
