"""The refusal codes of the product, collected from its source, each with what is expected and how to fix it."""

import ast
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import comptroller
from comptroller import texts

_CODE = re.compile(r"[a-z]+(?:\.(?:[a-z_]+|<[a-z]+>))*")
_MAKERS = ("refusal",)
_NAMED, _NEAR = "<code>", "did_you_mean"
Texts = tuple[str, str]
VARYING: dict[str, tuple[Texts, Texts]] = {
    "broken": (("程序正常运行", "a program without a fault"), ("把程序的输出报告给开发者", "Report what the program printed to its developers.")),
    "desk.account": (("该字段所要求的密码、验证码或名称", "the password, code or name that the field asks for"), ("", "")),
    "desk.hook.address": (("公网 https 地址，或配置允许的网络", "a public https address, or a network that the settings allow"), ("", "")),
    "desk.identity": (("该字段所要求的发行方、主体或用户", "the issuer, subject or user that the field asks for"), ("", "")),
    "desk.name": (("可以接受且未被占用的登录名", "a login name that is allowed and not taken"), ("换一个名称", "Choose another name.")),
    "desk.oidc.settings": (("该设置允许的值", "a value that the setting allows"), ("", "")),
    "desk.value": (("该参数允许的值", "a value that the parameter allows"), ("改正该值后重试", "Correct the value and try again.")),
    "intake.sense.<code>": (("事项的检查所说的条件", "what the kind's check of that name says"), ("按该检查所说改正", "Correct it as that check says.")),
    "intake.shape.<type>": (("该字段类型的值", "a value of the field's type"), ("按该类型的写法改正", "Write the value as its type is written.")),
    "packs.sql.<code>": (("数据包可以使用的 SQL", "SQL that a pack may use"), ("按该检查所说改正", "Correct it as that check says.")),
}  # fmt: skip
"""General texts (expected, fix) of codes that have a different text at each place."""


@dataclass(frozen=True, slots=True)
class Code:
    """A refusal code, its texts (zh, en) where the source has them in place, and the files that use it."""

    code: str
    expected: Texts
    mend: Texts
    files: tuple[str, ...]

    def row(self) -> tuple[str, ...]:
        """Return the code as cells: code, expected in English and Chinese, fix in English and Chinese, files."""
        return (f"`{self.code}`", self.expected[1], self.expected[0], self.mend[1], self.mend[0], ", ".join(self.files))


def codes() -> list[Code]:
    """Return every code in order of names."""
    root = Path(comptroller.__file__).parent
    by_code: dict[str, list[Code]] = {}
    for path in sorted(root.rglob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        name = path.relative_to(root).as_posix()
        for item in _codes_of(tree, name):
            by_code.setdefault(item.code, []).append(item)
    return [_merged(code, places) for code, places in sorted(by_code.items())]


def _merged(code: str, places: Sequence[Code]) -> Code:
    """Return a code once: the first texts that are known, and all files."""
    other = VARYING.get(code, (("", ""), ("", "")))
    expected = _message(f"{code}:expected") or next((place.expected for place in places if place.expected[1]), other[0])
    mend = _message(f"{code}:fix") or next((place.mend for place in places if place.mend[1]), other[1])
    return Code(code, expected, mend, tuple(sorted({file for place in places for file in place.files})))


def _message(code: str) -> Texts | None:
    """Return the message of a code in Chinese and in English as the catalogues have it; None where they have none."""
    return (texts.codes("zh").get(code, ""), texts.codes("en")[code]) if texts.has(code) else None


def _codes_of(tree: ast.Module, file: str) -> Iterator[Code]:
    """Yield the codes of a file: those passed to a constructor in place, through a function of the file, or by
    a variable.
    """
    for function in [n for n in ast.walk(tree) if isinstance(n, ast.FunctionDef)]:
        calls = list(_calls(function, _MAKERS))
        if not calls:
            continue
        nested = [f for f in ast.walk(function) if isinstance(f, ast.FunctionDef) and f is not function]
        inner = {id(n) for f in nested for n in ast.walk(f)}
        names = _assigned(function)
        for call in calls:
            if id(call) in inner or not call.args:
                continue
            words = [_texts(arg, names, call.lineno) for arg in (*call.args[3:5], *[ast.Constant("")] * 5)]
            takes_code = any(argument.arg == "code" for argument in function.args.args)
            for code in _values(call.args[0], names):
                if takes_code and code.endswith(_NAMED):
                    yield from _through(tree, function, Code(code, words[0], words[1], (file,)))
                elif _CODE.fullmatch(code):
                    yield Code(code, words[0], words[1], (file,))
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and texts.has(f"{node.value!s}:expected"):
            yield Code(str(node.value), ("", ""), ("", ""), (file,))


def _calls(tree: ast.AST, names: Sequence[str]) -> Iterator[ast.Call]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in names:
            yield node


def _through(tree: ast.Module, function: ast.FunctionDef, form: Code) -> Iterator[Code]:
    """Yield the codes that a function of the file is called with, where it makes a code from its parameter `code`."""
    place = [a.arg for a in function.args.args].index("code")
    for caller in [n for n in ast.walk(tree) if isinstance(n, ast.FunctionDef)]:
        names = _assigned(caller)
        for call in _calls(caller, (function.name,)):
            value = call.args[place] if len(call.args) > place else None
            if isinstance(value, ast.Constant):
                texts = [_one_text(arg, names, call.lineno) for arg in call.args[place + 2 : place + 4]]
                expected = (texts[0], texts[1]) if len(texts) == 2 else form.expected
                yield Code(form.code.replace(_NAMED, str(value.value)), expected, form.mend, form.files)


def _one_text(expression: ast.expr, names: dict[str, list[tuple[int, ast.expr]]], line: int) -> str:
    """Return the text of an expression, in place or by a name that was set before."""
    if isinstance(expression, ast.Name):
        earlier = [value for at, value in names.get(expression.id, []) if at <= line]
        expression = earlier[-1] if earlier else expression
    return _template(expression)


def _assigned(function: ast.FunctionDef) -> dict[str, list[tuple[int, ast.expr]]]:
    """Return what each local name is set to, with the line."""
    assigned: dict[str, list[tuple[int, ast.expr]]] = {}
    for node in ast.walk(function):
        if not isinstance(node, ast.Assign):
            continue
        for target in node.targets:
            pairs = [(target, node.value)]
            if isinstance(target, ast.Tuple) and isinstance(node.value, ast.Tuple):
                pairs = list(zip(target.elts, node.value.elts, strict=False))
            for name, value in pairs:
                if isinstance(name, ast.Name):
                    assigned.setdefault(name.id, []).append((node.lineno, value))
    return {name: sorted(set_to, key=lambda pair: pair[0]) for name, set_to in assigned.items()}


def _values(expression: ast.expr, names: dict[str, list[tuple[int, ast.expr]]]) -> list[str]:
    """Return the codes that an expression may be."""
    if isinstance(expression, ast.Constant):
        return [str(expression.value)]
    if isinstance(expression, ast.JoinedStr):
        return [_template(expression, "<name>")]
    if isinstance(expression, ast.IfExp):
        return _values(expression.body, names) + _values(expression.orelse, names)
    if isinstance(expression, ast.Name):
        return [code for _, value in names.get(expression.id, []) for code in _values(value, {})]
    return []


def _texts(expression: ast.expr, names: dict[str, list[tuple[int, ast.expr]]], line: int) -> Texts:
    """Return the two texts of an expression, if they are written in this function."""
    if isinstance(expression, ast.Name):
        earlier = [value for at, value in names.get(expression.id, []) if at <= line]
        expression = earlier[-1] if earlier else expression
    if (
        isinstance(expression, ast.Call)
        and isinstance(expression.func, ast.Name)
        and expression.func.id == _NEAR
        and len(expression.args) == 3
    ):
        return _texts(expression.args[2], names, line)
    if isinstance(expression, ast.Tuple) and len(expression.elts) == 2:
        return _template(expression.elts[0]), _template(expression.elts[1])
    return "", ""


def _template(expression: ast.expr, form: str = "{name}") -> str:
    """Return a text with the last word of each value's name, in `form`, in place of the value."""
    if isinstance(expression, ast.Constant):
        return str(expression.value)
    if not isinstance(expression, ast.JoinedStr):
        return ""
    parts = []
    for part in expression.values:
        filled = part.value if isinstance(part, ast.FormattedValue) else None
        word = (
            filled.attr if isinstance(filled, ast.Attribute) else filled.id if isinstance(filled, ast.Name) else "name"
        )
        parts.append(str(part.value) if isinstance(part, ast.Constant) else form.replace("name", word))
    return "".join(parts)
