"""The one way to compile a kernel: once, cached on disk, without the interpreter's lock.

numba ships no types, so a bare `numba.njit` would make every kernel untyped for mypy. Here a kernel has its written
signature.
"""

from collections.abc import Callable
from typing import Any, TypeAlias, TypeVar, cast

import numba
import numpy as np
from numpy.typing import NDArray

I8: TypeAlias = NDArray[np.int8]
I32: TypeAlias = NDArray[np.int32]
I64: TypeAlias = NDArray[np.int64]
F64: TypeAlias = NDArray[np.float64]
Kernel = TypeVar("Kernel", bound=Callable[..., Any])
_OPTIONS: dict[str, Any] = {"cache": True, "nogil": True, "no_cfunc_wrapper": True}


def kernel(function: Kernel) -> Kernel:
    """Return the same function, compiled, cached on disk, and free of the interpreter's lock while it runs.

    Kernels are never called from C: without a wrapper for it, compiling takes a tenth less.
    """
    return cast("Kernel", numba.njit(**_OPTIONS)(function))
