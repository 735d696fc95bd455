"""Dead code, by vulture: `python .ci/dead_code.py`; what it looks at stands in pyproject.toml.

Two kinds of its findings are not about code and are left out whole: attributes that are set on
somebody else's object (COLMAP's options, moto's objects), and what a class declares as data: its
annotated fields, which pydantic or a template reads, and the members of an enumeration.
"""

import ast
import sys
import tomllib
from pathlib import Path

from vulture import Vulture

ROOT = Path(__file__).parents[1]


def data_lines(path: Path) -> set[int]:
    """The lines of a file on which a class declares a field or a member."""
    lines = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ClassDef):
            is_enum = any(ast.unparse(base).endswith("Enum") for base in node.bases)
            kinds = (ast.AnnAssign, ast.Assign) if is_enum else ast.AnnAssign
            lines |= {statement.lineno for statement in node.body if isinstance(statement, kinds)}
    return lines


def main() -> int:
    """Print what nothing uses; 1 when there is any."""
    options = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["vulture"]
    finder = Vulture(
        ignore_names=options["ignore_names"], ignore_decorators=options["ignore_decorators"]
    )
    finder.scavenge([str(ROOT / path) for path in options["paths"]], exclude=options["exclude"])
    dead = [
        item
        for item in finder.get_unused_code(min_confidence=options["min_confidence"])
        if item.typ != "attribute"
        and not (item.typ == "variable" and item.first_lineno in data_lines(Path(item.filename)))
    ]
    for item in dead:
        print(item.get_report())
    return 1 if dead else 0


if __name__ == "__main__":
    sys.exit(main())
