"""What can be changed in a module so that its answers change: every place, and the module with one place changed."""

from __future__ import annotations

import ast
import copy
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import CodeType
from typing import TypeAlias

TURNED = {ast.Lt: ast.Gt, ast.Gt: ast.Lt, ast.LtE: ast.GtE, ast.GtE: ast.LtE, ast.Eq: ast.NotEq, ast.NotEq: ast.Eq}
OPPOSITE = {
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Div, ast.Div: ast.Mult, ast.BitAnd: ast.BitOr, ast.BitOr: ast.BitAnd,
}  # fmt: skip
OTHER_NAME = {"sum": "mean", "min": "max", "max": "min", "minimum": "maximum", "maximum": "minimum", "argmin": "argmax",
              "argmax": "argmin", "any": "all", "all": "any", "mean": "sum"}  # fmt: skip
TEXT = {"definition", "weighting", "citation", "source", "where", "fix", "items", "unit", "units", "columns", "message",
        "size", "shown", "strict", "check_finite", "sector_name_zh"}  # fmt: skip
"""Arguments that say or check something and change no number."""
TELLS = {
    "BadInput",
    "UnknownName",
    "NotConverged",
    "isinstance",
    "getattr",
    "cast",
    "hasattr",
    "warn",
    "field",
    "Field",
}
EVEN = {"zip", "suppress", "max", "min", "maximum", "minimum", "allclose", "array_equal", "isclose", "logical_and",
        "logical_or"}  # fmt: skip
"""Functions of two that give the same whichever is named first."""

Made: TypeAlias = Iterator[tuple[str, ast.AST]]


@dataclass(frozen=True)
class Change:
    """One change: the file, where the statement begins, the kind, that line before and after, and the changed module."""

    file: str
    line: int
    kind: str
    before: str
    after: str
    code: CodeType


def _compare(n: ast.Compare) -> Made:
    for k, op in enumerate(n.ops):
        if type(op) in TURNED:
            ops = [TURNED[type(op)]() if j == k else o for j, o in enumerate(n.ops)]
            yield "comparison turned", ast.Compare(n.left, ops, n.comparators)


def _binary(n: ast.BinOp) -> Made:
    if type(n.op) in OPPOSITE and not (isinstance(n.left, ast.Constant) and isinstance(n.left.value, str)):
        yield "sign or ratio turned", ast.BinOp(n.left, OPPOSITE[type(n.op)](), n.right)


def _augmented(n: ast.AugAssign) -> Made:
    if type(n.op) in OPPOSITE:
        yield "sign or ratio turned", ast.AugAssign(n.target, OPPOSITE[type(n.op)](), n.value)
    store = copy.deepcopy(n.target)
    yield "overwrites instead of adding", ast.Assign([store], n.value, lineno=n.lineno)


def _call(n: ast.Call) -> Made:
    name = n.func.attr if isinstance(n.func, ast.Attribute) else n.func.id if isinstance(n.func, ast.Name) else ""
    if name == "transpose" and isinstance(n.func, ast.Attribute):
        yield "transpose dropped", n.func.value
    if name in OTHER_NAME and isinstance(n.func, ast.Attribute):
        yield f"{name} for {OTHER_NAME[name]}", ast.Call(ast.Attribute(n.func.value, OTHER_NAME[name], n.func.ctx), n.args,
                                                       n.keywords)  # fmt: skip
    if name == "einsum" and isinstance(n.args[0], ast.Constant):
        letters = n.args[0].value
        if len(letters.split(",")[0].split("->")[0]) > 1:
            swapped = letters[1] + letters[0] + letters[2:]
            yield "axes swapped", ast.Call(n.func, [ast.Constant(swapped), *n.args[1:]], n.keywords)
    elif name == "where" and len(n.args) == 3:
        yield "other branch", ast.Call(n.func, [n.args[0], n.args[2], n.args[1]], n.keywords)
    elif len(n.args) > 1 and not any(isinstance(a, ast.Starred) for a in n.args[:2]) and name not in EVEN:
        yield "arguments swapped", ast.Call(n.func, [n.args[1], n.args[0], *n.args[2:]], n.keywords)


def _constant(n: ast.Constant) -> Made:
    if isinstance(n.value, bool):
        yield "constant changed", ast.Constant(not n.value)
    elif isinstance(n.value, int):
        yield "constant changed", ast.Constant(0 if n.value == 1 else n.value + 1)
    elif isinstance(n.value, float):
        yield "constant changed", ast.Constant(n.value * 2 if n.value else 1.0)


def _branch(n: ast.IfExp) -> Made:
    yield "other branch", ast.IfExp(n.test, n.orelse, n.body)


def _if(n: ast.If) -> Made:
    if not isinstance(n.body[0], ast.Raise):
        yield "other branch", ast.If(ast.UnaryOp(ast.Not(), n.test), n.body, n.orelse)


def _logic(n: ast.BoolOp) -> Made:
    yield "and for or", ast.BoolOp(ast.Or() if isinstance(n.op, ast.And) else ast.And(), n.values)


def _unary(n: ast.UnaryOp) -> Made:
    if not (isinstance(n.op, ast.USub) and isinstance(n.operand, ast.Constant)):
        yield "sign or not dropped", n.operand


def _attribute(n: ast.Attribute) -> Made:
    if n.attr == "T" and isinstance(n.ctx, ast.Load):
        yield "transpose dropped", n.value


WAYS: dict[type[ast.AST], Callable[..., Made]] = {
    ast.Compare: _compare, ast.BinOp: _binary, ast.AugAssign: _augmented, ast.Call: _call, ast.Constant: _constant,
    ast.IfExp: _branch, ast.If: _if, ast.BoolOp: _logic, ast.UnaryOp: _unary, ast.Attribute: _attribute,
}  # fmt: skip


def _places(node: ast.AST) -> Iterator[tuple[ast.AST, str, int | None]]:
    """Every (parent, field, index) below a node whose change can change an answer: no texts, types or refusals."""
    for name, value in ast.iter_fields(node):
        if name in ("annotation", "returns", "decorator_list", "type_comment", "bases"):
            continue
        if isinstance(node, ast.keyword) and node.arg in TEXT:
            continue
        for k, child in enumerate(value) if isinstance(value, list) else ((None, value),):
            if not isinstance(child, ast.AST) or isinstance(child, (ast.Raise, ast.Assert, ast.JoinedStr)):
                continue
            if isinstance(child, ast.Call) and isinstance(child.func, ast.Name) and child.func.id in TELLS:
                continue
            if isinstance(child, ast.If) and ast.unparse(child.test) == "TYPE_CHECKING":
                continue
            yield node, name, k
            yield from _places(child)


def _statement(tree: ast.Module, line: int) -> tuple[int, str]:
    """Where the innermost statement at a line begins, and it on one line."""
    inside = [n for n in ast.walk(tree) if isinstance(n, ast.stmt) and n.lineno <= line <= (n.end_lineno or n.lineno)]
    found = max(inside, key=lambda n: (n.lineno, -(n.end_lineno or 0)))
    return found.lineno, ast.unparse(found).split("\n")[0]


def changes(root: Path, file: str) -> Iterator[Callable[[], Change]]:
    """Every change of a module, each made when it is asked for."""
    tree = ast.parse((root / file).read_text(encoding="utf-8"))
    for parent, name, index in _places(tree):
        held = getattr(parent, name)
        node = held if index is None else held[index]
        for kind, new in WAYS.get(type(node), lambda _: iter(()))(node):
            if ast.dump(new) == ast.dump(node):  # two arguments that are one change places, say
                continue

            def make(parent=parent, name=name, index=index, node=node, kind=kind, new=new) -> Change:
                line, before = _statement(tree, node.lineno)
                ast.copy_location(new, node)
                _put(parent, name, index, new)
                try:
                    code = compile(ast.fix_missing_locations(tree), str(root / file), "exec")
                    after = _statement(tree, node.lineno)[1]
                finally:
                    _put(parent, name, index, node)
                return Change(file, line, kind, *_apart(before, after), code)

            yield make


def _apart(before: str, after: str, around: int = 60) -> tuple[str, str]:
    """Two long lines cut to where they differ."""
    at = next((k for k, (a, b) in enumerate(zip(before, after, strict=False)) if a != b), 0)
    cut = slice(max(0, at - around), at + around)
    return before[cut], after[cut]


def _put(parent: ast.AST, name: str, index: int | None, value: ast.AST) -> None:
    if index is None:
        setattr(parent, name, value)
    else:
        getattr(parent, name)[index] = value
