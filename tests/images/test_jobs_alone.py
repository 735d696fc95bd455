"""Every job's entry point as a process, in an environment that holds what its image installs.

What a job imports and its image lacks is noticed here, and not after a machine was paid for.
Missing without Docker: the base image, and for train the CUDA kernels.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from spaceport_contracts.results import CompressResult, SfmResult, TrainResult
from spaceport_scenery import generate_capture
from spaceport_splat.ply import write_ply
from tests.images.dockerfiles import ROOT, job_dockerfiles, last_stage, pip_calls
from tests.unit.compress.scenes import field
from tests.unit.sfm.captures import lay_out, read_capture
from tests.unit.train.posed import write_scene

pytestmark = pytest.mark.slow


def image_python(service: str, folder: Path) -> Path:
    """The Python of a fresh environment, filled by the Dockerfile's own pip commands."""
    subprocess.run([sys.executable, "-m", "venv", folder], check=True)
    for call in pip_calls(last_stage(job_dockerfiles()[service])):
        if any(word.startswith("/wheels") for word in call):
            continue  # compiled with nvcc on the way to the image
        arguments = [word for word in call if word != "--no-cache-dir"]
        pip = [str(folder / "bin" / "python"), "-m", "pip", *arguments, "--quiet"]
        subprocess.run(pip, check=True, cwd=ROOT)
    return folder / "bin" / "python"


def run_job(service: str, folder: Path) -> None:
    """Run the entry point on the inputs below `folder / "ml"`."""
    python = image_python(service, folder / "venv")
    program = json.loads(last_stage(job_dockerfiles()[service])[-1].value)
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    environment |= {
        "SPACEPORT_ML_ROOT": str(folder / "ml"),
        "NUMBA_CACHE_DIR": str(folder / "numba"),
    }
    ran = subprocess.run(
        [python, *program[1:]], cwd=folder, env=environment, capture_output=True, text=True,
        check=False,
    )  # fmt: skip
    assert ran.returncode == 0, ran.stdout[-2000:] + ran.stderr[-4000:]


def options(folder: Path, **chosen: object) -> None:
    folder.mkdir(parents=True)
    (folder / "options.json").write_text(json.dumps({"quality": "draft", **chosen}))


def test_sfm(tmp_path: Path) -> None:
    photos = generate_capture(tmp_path / "photos", photos=8, width_px=400)
    lay_out(tmp_path / "ml", photos, read_capture(photos))

    run_job("sfm", tmp_path)

    written = tmp_path / "ml/processing/output/result.json"
    assert SfmResult.model_validate_json(written.read_bytes()).photos_total == 8


def test_train(tmp_path: Path) -> None:
    write_scene(tmp_path / "ml/input/data/scene")
    options(tmp_path / "ml/input/data/options", rasteriser="cpu", budget=0.1)

    run_job("train", tmp_path)

    result = TrainResult.model_validate_json((tmp_path / "ml/model/result.json").read_bytes())
    assert result.gaussians > 0


def test_compress(tmp_path: Path) -> None:
    splat = tmp_path / "ml/processing/input/splat"
    splat.mkdir(parents=True)
    write_ply(splat / "scene.ply", field(500, 3))
    options(tmp_path / "ml/processing/input/options")

    run_job("compress", tmp_path)

    written = tmp_path / "ml/processing/output/result.json"
    assert CompressResult.model_validate_json(written.read_bytes()).gaussians == 500
