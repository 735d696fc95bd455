"""Test code: what a Dockerfile says, in order."""

import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[2]


class Instruction(NamedTuple):
    """`RUN`, and what follows it with its continued lines joined."""

    name: str
    value: str


def instructions(path: Path) -> list[Instruction]:
    """All of a file, without comments."""
    lines = [line for line in path.read_text().splitlines() if not line.lstrip().startswith("#")]
    joined = re.sub(r"\\\n\s*", "", "\n".join(lines))
    parts = (line.split(maxsplit=1) for line in joined.splitlines() if line.strip())
    return [Instruction(name, value) for name, value in parts]


def last_stage(path: Path) -> list[Instruction]:
    """What the image is made of, from its `FROM` on."""
    found = instructions(path)
    begin = max(n for n, instruction in enumerate(found) if instruction.name == "FROM")
    return found[begin:]


def pip_calls(found: list[Instruction]) -> Iterator[list[str]]:
    """The arguments of every `pip` command."""
    for instruction in found:
        if instruction.name == "RUN":
            for command in instruction.value.split("&&"):
                words = shlex.split(command)
                if words[0] == "pip":
                    yield words[1:]


def job_dockerfiles() -> dict[str, Path]:
    """By service."""
    return {path.parent.name: path for path in sorted(ROOT.glob("services/*/Dockerfile"))}
