"""Write and read the golden JSON Schemas: `python -m spaceport_contracts.golden`."""

import json
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from spaceport_contracts.capture import Capture
from spaceport_contracts.events import EVENTS
from spaceport_contracts.report import Report
from spaceport_contracts.results import CompressResult, SfmResult, TrainResult

FOLDER = Path(__file__).parent / "schemas"
MODELS: tuple[type[BaseModel], ...] = (
    *EVENTS,
    Capture,
    SfmResult,
    TrainResult,
    CompressResult,
    Report,
)


def schemas() -> dict[str, dict[str, Any]]:
    """The JSON Schema of everything that crosses a boundary, by file name."""
    return {f"{model.__name__}.v1.json": model.model_json_schema() for model in MODELS}


def read_golden(name: str) -> dict[str, Any]:
    """The committed schema of that file name."""
    loaded: dict[str, Any] = json.loads((FOLDER / name).read_text(encoding="utf-8"))
    return loaded


def as_text(schema: dict[str, Any]) -> str:
    """The schema as it is committed: stable order, one trailing newline."""
    return json.dumps(schema, indent=2, sort_keys=True) + "\n"


def write() -> None:
    """Write every golden schema; review the diff before you commit it."""
    FOLDER.mkdir(exist_ok=True)
    for name, schema in schemas().items():
        (FOLDER / name).write_text(as_text(schema), encoding="utf-8")


if __name__ == "__main__":
    write()
