"""Test code: what a quick job does; imports little, for it runs in processes of its own."""

from pathlib import Path

from bench.quick import outputs_of

from spaceport_contracts.results import StageOptions


def write_outputs(root: Path, stage: str) -> None:
    """Check what the job was given, and leave what it should leave."""
    inputs = root / ("input/data" if stage == "train" else "processing/input")
    StageOptions.model_validate_json((inputs / "options" / "options.json").read_bytes())
    output = root / ("model" if stage == "train" else "processing/output")
    for name, content in outputs_of(stage).items():
        path = output / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
