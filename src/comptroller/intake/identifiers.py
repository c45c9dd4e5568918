"""Codes with check characters (credit codes, LEI, IBAN and so on), checked by python-stdnum."""

import pkgutil
import re
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import lru_cache
from importlib import import_module

import stdnum


@lru_cache(maxsize=1)
def schemes() -> tuple[str, ...]:
    """Return the names of all schemes: the module's path in python-stdnum, such as `cn.uscc`."""
    names = []
    for module in pkgutil.walk_packages(stdnum.__path__):
        if module.ispkg:
            package = import_module(f"stdnum.{module.name}")
            names += [f"{module.name}.{inner.name}" for inner in pkgutil.iter_modules(package.__path__)]
        else:
            names.append(module.name)
    return tuple(sorted(names))


def check_identifiers(scheme: str, values: Sequence[str]) -> list[bool]:
    """Return for each value whether it is a valid code of the scheme. Raises KeyError for an unknown scheme.

    >>> check_identifiers("lei", ["213800KUD8LAJWSQ9D15", "213800KUD8LAJWSQ9D16"])
    [True, False]
    """
    is_valid = _validator(scheme)
    known = {value: is_valid(value) for value in dict.fromkeys(values)}
    return [known[value] for value in values]


@lru_cache(maxsize=64)
def _validator(scheme: str) -> Callable[[str], bool]:
    """Return the scheme's own check, which answers False to any value that it cannot read."""
    check = None
    if re.fullmatch(r"[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)?", scheme):
        with suppress(ImportError):
            check = getattr(import_module(f"stdnum.{scheme}"), "is_valid", None)
    if check is None:
        raise KeyError(f"{scheme} is not a scheme of identifiers; there are {', '.join(schemes())}")

    def sound(value: str) -> bool:
        try:
            return bool(value) and bool(check(value))
        except Exception:  # noqa: BLE001 - a scheme may stumble over odd text; that text is then no code
            return False

    return sound
