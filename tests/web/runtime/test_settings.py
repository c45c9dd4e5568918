"""Settings: every field has a description."""

import ast
from dataclasses import fields
from pathlib import Path

from comptroller.web.runtime import settings
from comptroller.web.runtime.settings import Settings


def test_every_field_is_described():
    """An attribute docstring follows each field."""
    (cls,) = [n for n in ast.parse(Path(settings.__file__).read_text()).body if isinstance(n, ast.ClassDef)]
    after = [
        isinstance(b, ast.Expr) for a, b in zip(cls.body, cls.body[1:], strict=False) if isinstance(a, ast.AnnAssign)
    ]
    assert after == [True] * len(fields(Settings))
