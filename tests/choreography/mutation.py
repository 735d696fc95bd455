"""Systematic mutants: every branch and every effect of the choreography, changed one at a time.

A mutant is one change to the syntax tree of one function; `applied` puts its code in the place of
the function's own, so that whoever imported the function runs it. Its name says what was changed
and holds no line numbers, so that it stays the same while other lines come and go.
"""

import ast
import copy
import importlib
import inspect
import pkgutil
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from types import CodeType, FunctionType, ModuleType
from typing import Any

import spaceport_runtime.stage as stage_room
from spaceport_runtime.stage import confines, requests

NAME_CHARACTERS = 70
MODULES = (
    *(f"{stage_room.__name__}.{each.name}" for each in pkgutil.iter_modules(stage_room.__path__)),
    "spaceport_ingest.admission.runs",
    "spaceport_ingest.admission.deletion",
    "spaceport_ingest.requests.jobs.replay",
    "spaceport_notify.tell",
    "spaceport_notify.letters.send",
)
NO_BRANCHES = (requests.__name__, confines.__name__)  # values only; SageMaker's validator

Change = Callable[[ast.AST], ast.AST | None]


@dataclass(frozen=True)
class Mutant:
    """`node`: which node of the function, in `ast.walk`'s order; `change`: what becomes of it."""

    module: str
    function: str
    name: str
    node: int
    change: Change

    @property
    def target(self) -> FunctionType:
        """The function that is changed."""
        return _function(importlib.import_module(self.module), self.function)

    @contextmanager
    def applied(self) -> Iterator[None]:
        """The program, with this one change."""
        function: Any = self.target
        original = function.__code__
        function.__code__ = self._code
        try:
            yield
        finally:
            function.__code__ = original

    @cached_property
    def _code(self) -> CodeType:
        module = importlib.import_module(self.module)
        tree = _tree(module)
        (root,) = (node for name, node in _functions(tree) if name == self.function)
        target = list(ast.walk(root))[self.node]
        mutated = _Replace(target, self.change(target)).visit(tree)
        code = compile(ast.fix_missing_locations(mutated), str(module.__file__), "exec")
        return next(each for each in _nested(code) if each.co_qualname == self.function)


class _Replace(ast.NodeTransformer):
    def __init__(self, target: ast.AST, new: ast.AST | None) -> None:
        self._target = target
        self._new = new

    def visit(self, node: ast.AST) -> Any:
        return self._new if node is self._target else self.generic_visit(node)


def all_mutants() -> list[Mutant]:
    """Every mutant, by name."""
    found: list[Mutant] = []
    for module_name in MODULES:
        if module_name not in NO_BRANCHES:
            found += _mutants_of(importlib.import_module(module_name))
    return found


def _mutants_of(module: ModuleType) -> Iterator[Mutant]:
    room = module.__name__.removeprefix("spaceport_")
    for function, root in _functions(_tree(module)):
        seen: Counter[str] = Counter()
        for number, node in enumerate(ast.walk(root)):
            for what, change in _changes(node):
                words = " ".join(ast.unparse(node).split("\n")[0].split())[:NAME_CHARACTERS]
                name = f"{room}.{function}: {what}: {words}"
                seen[name] += 1
                suffix = f" ({seen[name]})" if seen[name] > 1 else ""
                yield Mutant(module.__name__, function, name + suffix, number, change)


def _changes(node: ast.AST) -> Iterator[tuple[str, Change]]:
    match node:
        case ast.If() | ast.IfExp() | ast.While():
            yield "always", _with_test(True)
            yield "never", _with_test(False)
        case ast.BoolOp():
            for n in range(len(node.values)):
                yield f"without operand {n + 1}", _without_operand(n)
        case ast.Return(value=ast.Compare() | ast.Call(func=ast.Name(id="any" | "all"))):
            yield "opposite", _negated
        case ast.comprehension(ifs=[_, *_]):
            yield "unfiltered", _unfiltered
        case ast.Expr(value=ast.Call()) if not _is_log(node):
            yield "omitted", lambda _node: ast.Pass()
        case ast.Raise() | ast.Continue() | ast.Break():
            yield "omitted", lambda _node: ast.Pass()
        case ast.ExceptHandler(body=[first, *_]) if not isinstance(first, ast.Raise):
            yield "not caught", _not_caught


def _is_log(node: ast.Expr) -> bool:
    return ast.unparse(node).startswith("logger.")


def _with_test(value: bool) -> Change:
    def change(node: ast.AST) -> ast.AST:
        new = copy.copy(node)
        assert isinstance(new, ast.If | ast.IfExp | ast.While)
        new.test = ast.Constant(value)
        return new

    return change


def _without_operand(n: int) -> Change:
    def change(node: ast.AST) -> ast.AST:
        assert isinstance(node, ast.BoolOp)
        rest = node.values[:n] + node.values[n + 1 :]
        return rest[0] if len(rest) == 1 else ast.BoolOp(node.op, rest)

    return change


def _negated(node: ast.AST) -> ast.AST:
    assert isinstance(node, ast.Return)
    assert node.value is not None
    return ast.Return(ast.UnaryOp(ast.Not(), node.value))


def _unfiltered(node: ast.AST) -> ast.AST:
    assert isinstance(node, ast.comprehension)
    return ast.comprehension(node.target, node.iter, [], node.is_async)


def _not_caught(node: ast.AST) -> ast.AST:
    assert isinstance(node, ast.ExceptHandler)
    return ast.ExceptHandler(node.type, node.name, [ast.Raise()])


def _tree(module: ModuleType) -> ast.Module:
    return ast.parse(inspect.getsource(module))


def _functions(tree: ast.Module) -> Iterator[tuple[str, ast.FunctionDef]]:
    for node in tree.body:
        if isinstance(node, ast.FunctionDef):
            yield node.name, node
        elif isinstance(node, ast.ClassDef):
            methods = (each for each in node.body if isinstance(each, ast.FunctionDef))
            yield from ((f"{node.name}.{each.name}", each) for each in methods)


def _function(module: ModuleType, name: str) -> FunctionType:
    found: Any = module
    for part in name.split("."):
        found = inspect.getattr_static(found, part)
    found = found.fget if isinstance(found, property) else found
    found = found.__func__ if isinstance(found, classmethod | staticmethod) else found
    function = inspect.unwrap(found)
    assert isinstance(function, FunctionType)
    return function


def _nested(code: CodeType) -> Iterator[CodeType]:
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield constant
            yield from _nested(constant)
