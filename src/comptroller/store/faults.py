"""Separates faults of the machine (memory, disk, a closed or damaged store) from faults of the values."""

import duckdb

from comptroller.store.sqlite import StoreDown

_OF_MACHINE: tuple[type[BaseException], ...] = (
    *(OSError, MemoryError, StoreDown),
    *(duckdb.OperationalError, duckdb.InterruptException, duckdb.FatalException, duckdb.InternalException),
    *(duckdb.PermissionException, duckdb.DependencyException),
)
"""`duckdb.OperationalError` covers memory, files, transactions and connections."""
_OF_STORE: tuple[type[BaseException], ...] = (
    *(duckdb.CatalogException, duckdb.BinderException, duckdb.ParserException, duckdb.SyntaxException),
)
_BEGINNINGS = ("out of memory", "invalid error: std::bad_alloc", "io error", "fatal error", "internal error")
"""The beginnings of the engine's own messages; a value quoted in a message comes further behind."""


def is_of_machine(fault: BaseException) -> bool:
    """Return whether the same statement over the same rows may succeed at another time, or on another machine."""
    return isinstance(fault, _OF_MACHINE) or str(fault).lower().startswith(_BEGINNINGS)


def is_of_values(fault: BaseException) -> bool:
    """Return whether the values are the cause: the same values would cause the same fault everywhere.

    A missing table or column is the store's fault: no value can remove it.
    """
    return isinstance(fault, Exception) and not is_of_machine(fault) and not isinstance(fault, _OF_STORE)
