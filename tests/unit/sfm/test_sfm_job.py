"""The whole job on a small generated flight, and on what cannot work."""

import base64
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from tests.unit.sfm.captures import lay_out, read_capture
from tests.unit.sfm.scene import grid, write_flight

from spaceport_contracts.results import SfmResult
from spaceport_runtime.errors import UserError
from spaceport_runtime.job.container import Container
from spaceport_scenery.truth import compare_with_truth
from spaceport_sfm.job.main import main

CENTRES = grid(3, 3)
NAMES = [f"Süd hang/DJI {i:02d}.JPG" for i in range(9)]


class Run:
    """One run of the job under a root of its own."""

    def __init__(self, root: Path, photos: Path) -> None:
        self.steps: list[str] = []
        self.rolls: list[str] = []
        lay_out(root, photos, read_capture(photos))
        self.container = Container(root, "sfm", self._tell)

    def _tell(self, told: dict[str, Any]) -> None:
        self.steps.append(str(told["step"]))
        self.rolls.append(str(told.get("roll", "")))

    def __call__(self) -> SfmResult:
        main(self.container)
        return SfmResult.model_validate_json((self.container.output / "result.json").read_bytes())

    @property
    def leftovers(self) -> list[str]:
        root = self.container.root
        work = [path.name for path in root.iterdir() if path.name.startswith(".sfm")]
        return work + [path.name for path in self.container.output.iterdir()]


@pytest.fixture(scope="module")
def flight(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("flight")
    write_flight(folder, CENTRES, NAMES)
    return folder


@pytest.fixture(scope="module")
def finished(flight: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Run, SfmResult]:
    run = Run(tmp_path_factory.mktemp("job"), flight)
    return run, run()


def test_every_photo_is_placed_where_it_was_taken(
    finished: tuple[Run, SfmResult], flight: Path
) -> None:
    run, result = finished
    assert (result.photos_registered, result.photos_total) == (9, 9)
    errors = compare_with_truth(flight / "truth.json", run.container.output / "geo.json")
    assert errors.photos == 9
    assert errors.pose_error_m < 0.05
    assert errors.height_error_m < 0.2
    assert result.gps_rms_m is not None and result.gps_rms_m < 0.05
    assert result.camera_height_above_ground_m == pytest.approx(40.0, abs=1.0)
    # No camera is named, but the GPS spreads both ways: that they look down is no supposition.
    assert result.warnings == ()


def test_outputs_are_whole_and_listed(finished: tuple[Run, SfmResult]) -> None:
    run, result = finished
    output = run.container.output
    listed = {file.path: file for file in result.files}
    present = {p.relative_to(output).as_posix() for p in output.rglob("*") if p.is_file()}
    assert present == set(listed) | {"result.json"}
    assert {"sparse/0/cameras.bin", "sparse/0/images.bin", "sparse/0/points3D.bin"} < present
    assert "images/S~C3~BCd~20hang~2FDJI~2000.JPG" in present
    assert run.leftovers.count("geo.json") == 1 and not any(".sfm" in n for n in run.leftovers)


def test_geo_json_says_where_the_frame_lies(finished: tuple[Run, SfmResult]) -> None:
    run, _ = finished
    geo = json.loads((run.container.output / "geo.json").read_text())
    assert geo["origin"]["latitude_deg"] == pytest.approx(47.0, abs=1e-4)
    assert np.array(geo["model_to_enu"]).shape == (4, 4)
    photos = {photo["original"]: photo for photo in geo["photos"]}
    apart = np.subtract(photos[NAMES[8]]["position_m"], photos[NAMES[0]]["position_m"])
    assert apart == pytest.approx(CENTRES[8] - CENTRES[0], abs=0.2)
    assert photos[NAMES[0]]["residual_m"] < 0.1


READ_BACK = """
import zlib, sys, json, pycolmap
model = pycolmap.Reconstruction(sys.argv[1])
model.update_point_3d_errors()
print(json.dumps({
    "models": [c.model.name for c in model.cameras.values()],
    "sizes": {i.name: [i.camera.width, i.camera.height] for i in model.images.values()},
    "error": model.compute_mean_reprojection_error(),
}))
"""


def test_colmap_reads_the_undistorted_model_back(finished: tuple[Run, SfmResult]) -> None:
    run, result = finished
    output = run.container.output
    # In a process of its own: pycolmap must not be loaded beside pytest's libraries.
    answer = subprocess.run(
        [sys.executable, "-c", READ_BACK, str(output / "sparse" / "0")],
        check=True,
        capture_output=True,
    )
    model = json.loads(answer.stdout)
    assert set(model["models"]) == {"PINHOLE"}
    assert model["error"] == pytest.approx(result.reprojection_error_px, rel=0.2)
    for name, size in model["sizes"].items():
        with Image.open(output / "images" / name) as image:
            assert list(image.size) == size


def test_progress_is_told_step_by_step(finished: tuple[Run, SfmResult]) -> None:
    steps = list(dict.fromkeys(finished[0].steps))
    assert steps == ["photos", "features", "matching", "mapping", "calibration", "undistortion"]


def test_which_photos_are_in_is_told_from_the_mapping_on(finished: tuple[Run, SfmResult]) -> None:
    run, _ = finished
    began = run.steps.index("mapping")
    assert set(run.rolls[:began]) == {""}
    nine = base64.b64encode(bytes([0xFF, 0x80])).decode()
    assert run.rolls[run.steps.index("calibration") :].count(nine) == len(
        run.steps[run.steps.index("calibration") :]
    )


@pytest.mark.slow
def test_without_gps_it_works_and_says_what_is_missing(tmp_path: Path) -> None:
    write_flight(tmp_path / "photos", CENTRES[:8], with_gps=False)
    run = Run(tmp_path / "job", tmp_path / "photos")
    result = run()
    assert result.photos_registered == 8
    assert result.gps_rms_m is None
    assert result.camera_height_above_ground_m is None
    assert any("no usable GPS" in warning for warning in result.warnings)
    geo = run.container.output / "geo.json"
    assert compare_with_truth(tmp_path / "photos" / "truth.json", geo).pose_error_m < 0.05


def black(folder: Path) -> None:
    for index in range(5):
        # Different bytes, nothing to see.
        Image.new("RGB", (400, 300), (index, 0, 0)).save(folder / f"{index}.jpg")


def unrelated(folder: Path) -> None:
    random = np.random.default_rng(0)
    for index in range(6):
        noise = random.integers(0, 255, (75, 100, 3), dtype=np.uint8)
        Image.fromarray(noise).resize((400, 300)).save(folder / f"{index}.jpg")


def turning_on_the_spot(folder: Path) -> None:
    write_flight(folder, [CENTRES[4]] * 5)


def nothing(folder: Path) -> None:
    (folder / "readme.txt").write_text("no photos here")


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (nothing, "Only 0 of 0 photos"),
        (black, "no detail"),
        (unrelated, "None of the 6 photos overlap"),
        pytest.param(turning_on_the_spot, "nearly the same spot", marks=pytest.mark.slow),
    ],
)
def test_bad_captures_end_in_one_sentence(tmp_path: Path, make: object, words: str) -> None:
    assert callable(make)
    photos = tmp_path / "photos"
    photos.mkdir()
    make(photos)
    run = Run(tmp_path / "job", photos)
    with pytest.raises(UserError, match=words) as caught:
        run()
    assert caught.value.remedy
    assert run.leftovers == []


def test_sigterm_stops_the_program_and_leaves_nothing(flight: Path, tmp_path: Path) -> None:
    lay_out(tmp_path, flight, read_capture(flight))
    process = subprocess.Popen(
        [sys.executable, "-m", "spaceport_sfm.job"],
        env={**os.environ, "SPACEPORT_ML_ROOT": str(tmp_path)},
        stdout=subprocess.PIPE,
    )
    # Once the work folder is there the signal handler is, too.
    while not list(tmp_path.glob(".sfm-work-*/task.json")):
        assert process.poll() is None
        time.sleep(0.05)
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=60)
    assert process.returncode == 0
    assert not list(tmp_path.glob(".sfm-work-*"))
    assert not list((tmp_path / "processing" / "output").iterdir())
