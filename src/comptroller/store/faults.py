"""Which faults come from the machine (memory, disk, a store that is closed or damaged), and which from the values at hand."""

import duckdb

from comptroller.store.sqlite import StoreDown

_OF_MACHINE: tuple[type[BaseException], ...] = (
    *(OSError, MemoryError, StoreDown),
    *(duckdb.OperationalError, duckdb.InterruptException, duckdb.FatalException, duckdb.InternalException),
    *(duckdb.PermissionException, duckdb.DependencyException),
)
"""`duckdb.OperationalError` holds memory, files, transactions and connections."""
_OF_STORE: tuple[type[BaseException], ...] = (
    *(duckdb.CatalogException, duckdb.BinderException, duckdb.ParserException, duckdb.SyntaxException),
)
_BEGINNINGS = ("out of memory", "invalid error: std::bad_alloc", "io error", "fatal error", "internal error")
"""How the engine's own messages begin; a value that is quoted in a message stands further behind."""


def is_of_machine(fault: BaseException) -> bool:
    """Return whether the same statement over the same rows may pass at another time, or on another machine."""
    return isinstance(fault, _OF_MACHINE) or str(fault).lower().startswith(_BEGINNINGS)


def is_of_values(fault: BaseException) -> bool:
    """Return whether the values at hand are the cause: the same values would give the same fault everywhere.

    A table or a column that is not there is the store's fault: no value can take it away.
    """
    return isinstance(fault, Exception) and not is_of_machine(fault) and not isinstance(fault, _OF_STORE)
