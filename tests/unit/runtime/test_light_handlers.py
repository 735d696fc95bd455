"""A Lambda starts in a fresh interpreter, and is paid for what it imports."""

import subprocess
import sys
from pathlib import Path

import pytest

HANDLERS = sorted(
    f"{path.parent.name}.handler"
    for path in (Path(__file__).parents[3] / "services").glob("*/spaceport_*/handler.py")
)
NUMERICS = {"numpy", "scipy", "torch", "gsplat", "pycolmap", "numba", "cv2", "spaceport_splat"}


@pytest.mark.parametrize("handler", HANDLERS)
def test_handlers_import_no_numerics(handler: str) -> None:
    code = f"import sys, {handler}; print(*sys.modules)"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = {name.partition(".")[0] for name in ran.stdout.split()}
    assert "spaceport_runtime" in loaded
    assert loaded & NUMERICS == set()


def test_every_service_was_looked_at() -> None:
    assert {"spaceport_ingest.handler", "spaceport_train.handler"} <= set(HANDLERS)
