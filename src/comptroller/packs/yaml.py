"""YAML 1.2 of packs: the core schema, no duplicate keys, no unquoted codes with leading zeros, no surprises of
anchors.
"""

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, TypeVar, cast

import msgspec
import yaml

from comptroller.model.refusal import Refusal, refusal
from comptroller.model.text import message

_Form = TypeVar("_Form", bound=msgspec.Struct)


class _Loader(yaml.CSafeLoader):
    """PyYAML's C parser with the scalars of YAML 1.2's core schema."""


_Loader.yaml_implicit_resolvers = {}
_LEADING_ZERO = "!leading-zero"
for _tag, _pattern, _first in (
    ("tag:yaml.org,2002:null", r"^(?:~|null|Null|NULL|)$", ["~", "n", "N", ""]),
    ("tag:yaml.org,2002:bool", r"^(?:true|True|TRUE|false|False|FALSE)$", list("tTfF")),
    (_LEADING_ZERO, r"^[-+]?0[0-9]+$", list("-+0")),
    ("tag:yaml.org,2002:int", r"^(?:[-+]?(?:0|[1-9][0-9]*)|0x[0-9a-fA-F]+)$", list("-+0123456789")),
    (
        "tag:yaml.org,2002:float",
        r"^(?:[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))$",
        list("-+0123456789."),
    ),
):
    _Loader.add_implicit_resolver(_tag, re.compile(_pattern), _first)


def _refuse_leading_zero(_loader: _Loader, node: yaml.ScalarNode) -> Any:
    raise yaml.constructor.ConstructorError(None, None, f"leading zero: {node.value}", node.start_mark)


def _mapping(loader: _Loader, node: yaml.MappingNode) -> dict[Any, Any]:
    keys: set[str] = set()
    for key, _ in node.value:
        if key.value in keys:
            raise yaml.constructor.ConstructorError(None, None, f"duplicate key: {key.value}", key.start_mark)
        keys.add(key.value)
    return yaml.SafeLoader.construct_mapping(loader, node, deep=True)


def _float(_loader: _Loader, node: yaml.ScalarNode) -> float:
    return float(node.value.replace(".inf", "inf").replace(".nan", "nan"))


_Loader.add_constructor(_LEADING_ZERO, _refuse_leading_zero)
_Loader.add_constructor("tag:yaml.org,2002:map", _mapping)
_Loader.add_constructor("tag:yaml.org,2002:float", _float)


def read_yaml(name: str, text: bytes) -> tuple[Any, list[Refusal]]:
    """Return the value of `text`, or a refusal with the line; `name` is the file name in the refusal."""
    try:
        return yaml.load(text, Loader=_Loader), []  # noqa: S506 - a safe loader with other scalars
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        line = mark.line + 1 if mark else None
        problem = (error.problem or "").split(" at 0x", maxsplit=1)[0]
        if problem.startswith("leading zero"):
            return None, [refusal("packs.yaml.leading_zero", (name, line, ""), problem)]
        return None, [refusal("packs.yaml.form", (name, line, ""), problem)]
    except (yaml.YAMLError, UnicodeDecodeError, ValueError, RecursionError) as error:
        expected, fix = message("packs.yaml.encoding:expected"), message("packs.yaml.encoding:fix")
        return None, [refusal("packs.yaml.form", (name, None, ""), error, expected, fix)]


def read_form(files: Mapping[str, bytes], path: str, shape: type[_Form]) -> tuple[_Form | None, list[Refusal]]:
    """Return one file as an immutable value of its form, or its refusals.

    A file that several packs hold is read once in a process.
    """
    form, refusals = _read_form(path, files[path], shape)
    return cast("_Form | None", form), list(refusals)


@lru_cache(maxsize=4096)
def _read_form(
    path: str, text: bytes, shape: type[msgspec.Struct]
) -> tuple[msgspec.Struct | None, tuple[Refusal, ...]]:
    value, refusals = read_yaml(path, text)
    if refusals:
        return None, tuple(refusals)
    if not text.startswith(b"#"):
        refusals.append(refusal("packs.first_line", (path, 1, ""), text[:30].decode("utf-8", "replace")))
    try:
        return msgspec.convert(value, shape, strict=True), tuple(refusals)
    except msgspec.ValidationError as error:
        problem, _, place = str(error).partition(" - at ")
        return None, (*refusals, refusal("packs.form", (path, None, place.strip("`")), problem, form=shape.__doc__))
