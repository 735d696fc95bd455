"""Every bench, as it is called, on the least that it takes: what cannot be run again ages."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from bench.captures.whole import run_whole
from tests.unit.compress.scenes import field
from tests.unit.train.posed import write_scene
from tests.web.browser import MISSING, chromium_path
from tests.web.small_scene import write_small_scene

from spaceport_scenery import generate_capture
from spaceport_splat.ply import write_ply

pytestmark = pytest.mark.slow
ROOT = Path(__file__).parents[2]


def run(name: str, out: Path, *arguments: str | Path) -> dict[str, Any]:
    """What the bench writes."""
    command = [sys.executable, "-m", f"bench.{name}", *map(str, arguments), "--out", str(out)]
    ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stdout[-2000:] + ran.stderr[-4000:]
    written: dict[str, Any] = json.loads(out.read_text())
    return written


def test_bus(tmp_path: Path) -> None:
    figures = run("bus", tmp_path / "bus.json", "--jobs", "4", "--alone", "2")
    assert [batch["jobs"] for batch in figures["captures at once"]] == [1, 4]
    assert figures["floor"]["calls_per_job"] > 50


def test_api(tmp_path: Path) -> None:
    figures = run("front.api", tmp_path / "api.json", "--requests", "20", "--clients", "4")
    rates = figures["requests_per_cpu_s"]
    assert rates["bare"]["function"] > rates["get_job"]["function"] > 0
    assert figures["4_clients"]["p99_ms"] >= figures["4_clients"]["p50_ms"] > 0


def test_uploads(tmp_path: Path) -> None:
    rows = run("front.uploads", tmp_path / "uploads.json", "--captures", "1", "2", "--mb", "25")[
        "rows"
    ]
    assert [row["captures"] for row in rows] == [1, 2]
    assert all(row["above_idle_mib"] >= 0 for row in rows)


def test_verdicts(tmp_path: Path) -> None:
    photos = generate_capture(tmp_path / "photos", photos=4, width_px=800)
    figures = run("front.verdicts", tmp_path / "verdicts.json", photos)
    called = {row["picture"]: row["called_blurred"] for row in figures["rows"]}
    assert called["sharp"] == called["a sixteenth of it"] == figures["badly_exposed"] == 0
    assert called["out of focus by 2.5 px"] == 4


def test_scale_sim(tmp_path: Path) -> None:
    (row,) = run("scale.sim", tmp_path / "scale.json", "--per-day", "200", "--days", "1")["rows"]
    assert row["waiting"]["p95_min"] < 60
    assert row["with_the_quotas"]["done"] < 1
    waited = {name: found["p95_min"] for name, found in row["others_wait"].items()}
    assert waited["laps"] < waited["arrival"] / 2
    assert 0.5 < row["dollars"] / 0.19 < 2


def test_progress(tmp_path: Path) -> None:
    rows = run("progress", tmp_path / "progress.json", "--seconds", "900")["rows"]
    often, seldom = rows[0], rows[-1]
    assert often["events"] > 5 * seldom["events"]
    assert often["dollars"] < 0.75 * often["before"]  # most words are no rows, and cost one unit
    assert seldom["dollars"] < often["dollars"]


def test_web(tmp_path: Path) -> None:
    if chromium_path() is None:
        pytest.skip(MISSING)
    folder = tmp_path / "result"
    folder.mkdir()
    write_small_scene(folder)
    arguments = (folder, "--orbit-s", "1", "--rounds", "1")
    rows = run("web", tmp_path / "web.json", *arguments)["rows"]
    assert [row["page"] for row in rows] == ["ours", "stock"]
    assert all(0 < row["scene_bytes_to_first"] < row["bytes_to_first"] for row in rows)


def test_sfm(tmp_path: Path) -> None:
    photos = generate_capture(tmp_path / "photos", photos=8, width_px=400)
    (photos / "truth.json").unlink(missing_ok=True)
    rows = run("sfm", tmp_path / "sfm.json", photos, "--side", "0")["rows"]
    assert len(rows) == 4
    assert all(row["cpu_s"] > 0 for row in rows)


def test_train(tmp_path: Path) -> None:
    scene = write_scene(tmp_path / "scene")
    arguments = ("--budgets", "0.1", "--second-split")
    runs = run("train", tmp_path / "train.json", scene, *arguments)["runs"]
    figures = runs["ours at 10%"]["kept"]
    assert figures["psnr_db"] > 10
    assert all(0 < kept <= 1 for kept in figures["sharpness"])
    split = runs["second split"]
    assert split["before"]["per_photo_db"].keys() == split["after"]["per_photo_db"].keys()
    assert not split["before"]["per_photo_db"].keys() & figures["per_photo_db"].keys()


def test_quality(tmp_path: Path) -> None:
    scene = write_scene(tmp_path / "scene")
    arguments = ["--only", "--real", f"floor={scene}", "--work", str(tmp_path / "work")]
    arguments += ["--qualities", "draft", "standard", "--budget", "0.02", "--curve", "floor"]
    arguments += ["--doc", str(tmp_path / "quality.md")]
    runs = run("quality", tmp_path / "quality.json", *arguments)["floor"]["runs"]
    assert list(runs)[:2] == ["draft", "standard"]
    assert len(runs) == 2 + 5
    assert runs["draft at 100%"] == runs["draft"]
    assert runs["draft at 400%"]["planned_steps"] > runs["draft at 25%"]["planned_steps"]
    text = (tmp_path / "quality.md").read_text()
    assert "2% of its work" in text
    assert "webp" not in text  # of photos that are not ours to show
    assert (tmp_path / "work/pictures/floor.webp").exists()


def test_plan_loop(tmp_path: Path) -> None:
    least = ["--half", "10", "--overlaps", "0.5", "0.4", "--width", "400", "--views", "2"]
    least += ["--budget", "0.1"]
    figures = run("plan.loop", tmp_path / "loop.json", *least, "--work", tmp_path / "work")
    for flight in ("ours", "grid"):
        assert len(figures[flight]["views"]) == 2
        assert figures[flight]["psnr_db"] > 8
    assert (tmp_path / "work" / "views.png").exists()


@pytest.mark.node
def test_compress(tmp_path: Path) -> None:
    write_ply(tmp_path / "scene.ply", field(1500))
    (scene,) = run("compress", tmp_path / "out/compress.json", tmp_path / "scene.ply")["scenes"]
    assert scene["bytes_ratio"] < 1


def test_captures_said(tmp_path: Path) -> None:
    figures = run("captures.said", tmp_path / "said.json", "--captures", "8")["kinds"]["all"]
    assert figures["captures"] == 8 and figures["figures"] >= 8


def test_captures_overlap(tmp_path: Path) -> None:
    lens = {"focal_x_px": 500.0, "focal_y_px": 500.0, "width_px": 1000, "height_px": 1000}
    photos = [
        {
            "name": f"{number}.jpg",
            "position_m": [20.0 * number, 0.0, 40.0],
            "camera_to_world": [[1.0, 0, 0], [0, -1.0, 0], [0, 0, -1.0]],
            "camera": lens,
        }
        for number in range(4)
    ]
    geo = tmp_path / "geo.json"
    geo.write_text(json.dumps({"photos": photos, "ground_z_m": 0.0}))
    found = run("captures.overlap", tmp_path / "overlap.json", str(geo))
    assert found == {"next": [75] * 3, "next but one": [50] * 2, "two others": [50, 75, 75, 50]}


def test_captures_whole(tmp_path: Path) -> None:
    (tmp_path / "photos").mkdir()
    (tmp_path / "photos" / "notes.txt").write_text("no photo\n" * 200)
    row = run_whole("text", tmp_path / "photos", tmp_path / "out")
    assert row.ended.endswith(".") and row.registered == "-"


def test_captures(tmp_path: Path) -> None:
    doc = tmp_path / "captures.md"
    row = run("captures", tmp_path / "captures.json", "--only", "strip", "--doc", doc)["strip"]
    assert row["registered"] == "14 of 14"
    assert row["tilt_deg"] < 1
    assert "| strip | 14 of 14 |" in doc.read_text()
