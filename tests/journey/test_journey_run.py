"""The whole way, for real: made-up photos through every stage, stopped and killed on the way."""

import json
import os
import signal
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from bench.plan.loop import photos_of, poses_of, request

from spaceport_contracts.report import Report
from spaceport_dronepath.plan import plan_flight
from spaceport_scenery.scene import build_scene
from spaceport_scenery.truth import compare_with_truth
from tests.journey.spaceport import events_of, jobs_of, spaceport, start, wait_until

pytestmark = pytest.mark.slow

PHOTOS, NOT_TAKEN, WIDTH_PX, SEED = 10, 2, 480, 7
TEXEL_M = 0.09
# A request as `spaceport plan` takes one, for a patch of the village.
FLIGHT = request(
    15, WIDTH_PX, pattern="crosshatch", front_overlap=0.75, side_overlap=0.6, gimbal_pitch_deg=-70
)
RESULTS = (
    "scene.sog",
    "scene.ply",
    "sparse/cameras.bin",
    "sparse/images.bin",
    "sparse/points3D.bin",
    "sparse/geo.json",
    "preview.png",
    "flythrough.webp",
    "report.json",
    "report.html",
    "events.jsonl",
)


@pytest.fixture(scope="module")
def photos(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The village, flown as dronepath planned it, but for the last photos: the battery was low."""
    folder = tmp_path_factory.mktemp("capture") / "Dörfli am See"
    poses = poses_of(plan_flight(FLIGHT))
    assert len(poses) == PHOTOS + NOT_TAKEN
    return photos_of(build_scene(SEED, TEXEL_M), poses[:PHOTOS], folder, WIDTH_PX, SEED)


def assert_good(report: Report) -> None:
    """Well below what such a capture reaches (21.4 dB, 0.60, 6 cm), far above what noise does."""
    assert report.photos is not None
    assert report.photos.registered == PHOTOS
    assert report.sfm is not None
    assert report.sfm.reprojection_error_px < 1.0
    assert report.train is not None
    assert report.train.heldout_psnr_db > 18
    assert report.train.heldout_ssim > 0.4
    assert report.compress.psnr_vs_ply_db > 38


def paths_in(value: object) -> Iterator[str]:
    """Every `..._path` of a JSON document."""
    if isinstance(value, dict):
        yield from (str(it) for name, it in value.items() if name.endswith("_path"))
        for part in value.values():
            yield from paths_in(part)
    elif isinstance(value, list):
        for part in value:
            yield from paths_in(part)


def arguments(photos: Path, out: Path) -> list[str]:
    wishes = ["--quality", "draft", "--email", "pilot@example.com"]
    return ["run", str(photos), "--out", str(out), *wishes]


def assert_planned_against_flown(report: Report, page: str) -> None:
    """What was left out, and only that, is missing."""
    flight = report.flight
    assert flight is not None
    assert (flight.planned, flight.missing, flight.elsewhere) == (PHOTOS + NOT_TAKEN, NOT_TAKEN, 0)
    assert [(gap.first, gap.last) for gap in flight.gaps] == [(PHOTOS + 1, PHOTOS + NOT_TAKEN)]
    assert flight.typical_off_m is not None
    assert 0 < flight.typical_off_m < 3  # as bad as the made-up GPS
    assert "Planned and not flown" in page


def test_from_a_plan_over_photos_to_splat_and_again(photos: Path, tmp_path: Path) -> None:
    out, area = tmp_path / "out", tmp_path / "area.json"
    area.write_text(FLIGHT.model_dump_json())
    assert spaceport("plan", area, "--out", tmp_path / "plan").code == 0

    told = spaceport(*arguments(photos, out), "--plan", tmp_path / "plan", timeout_s=580)

    assert told.code == 0, told
    assert [name for name in RESULTS if not (out / name).is_file()] == []
    assert len(list((out / "outbox").glob("*.eml"))) == 1
    report = Report.model_validate_json((out / "report.json").read_bytes())
    assert report.title == "Dörfli am See"
    assert report.photos is not None
    assert report.photos.total == PHOTOS
    assert_good(report)
    assert_planned_against_flown(report, (out / "report.html").read_text())
    named = list(paths_in(json.loads((out / "report.json").read_text())))
    assert len(named) >= 2
    assert [path for path in named if not (out / path).is_file()] == []
    errors = compare_with_truth(photos / "truth.json", out / "sparse/geo.json")
    assert errors.pose_error_m < 0.1
    assert json.loads((out / "sparse/geo.json").read_text())
    assert "held-out PSNR" in told.out
    assert f"{PHOTOS} of {PHOTOS + NOT_TAKEN} planned photos taken" in told.out
    assert "\x1b" not in told.out

    before = {path: path.stat().st_mtime_ns for path in out.rglob("*.sog")}
    launched = jobs_of(out)
    again = spaceport(*arguments(photos, out), "--plan", tmp_path / "plan", timeout_s=60)
    assert again.code == 0
    assert "delivered before" in again.out
    assert {path: path.stat().st_mtime_ns for path in out.rglob("*.sog")} == before
    assert jobs_of(out) == launched

    (out / "scene.sog").write_bytes(b"half")
    mended = spaceport(*arguments(photos, out), "--plan", tmp_path / "plan", timeout_s=60)
    assert mended.code == 0
    assert (out / "scene.sog").stat().st_size > 1000
    assert jobs_of(out) == launched


@pytest.mark.parametrize("blow", [signal.SIGKILL, signal.SIGINT])
def test_stopped_in_the_middle_of_training(
    photos: Path, tmp_path: Path, blow: signal.Signals
) -> None:
    out = tmp_path / "out"

    def is_training() -> bool:
        steps = [e for e in events_of(out, "StageProgressed") if e["stage"] == "train"]
        return any(event["n"] > 0 for event in steps)

    process = start(arguments(photos, out))
    wait_until(is_training, process)
    os.kill(process.pid, blow)
    said, complained = process.communicate(timeout=120)
    if blow is signal.SIGINT:
        assert process.returncode == 130
        assert "run the same command again to go on" in complained
        assert "Traceback" not in said + complained
    assert not (out / "scene.ply").exists()

    told = spaceport(*arguments(photos, out), timeout_s=580)

    assert told.code == 0, told
    launched = Counter(name.split("-")[0] for name in jobs_of(out))
    assert launched["sfm"] == 1
    assert launched["train"] == 2
    assert len({event["event_id"] for event in events_of(out, "SparseModelBuilt")}) == 1
    assert len(list((out / "outbox").glob("*.eml"))) == 1
