"""The whole job: a trained folder or a stranger's .ply in, a compressed splat and pictures out."""

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageSequence
from tests.unit.compress.scenes import field, grid_of_cameras

from spaceport_compress.job import main as job
from spaceport_compress.job.main import compress, progress_of, read_splat, write_verified
from spaceport_compress.job.options import CompressOptions, efforts
from spaceport_compress.job.sog.encode import Effort
from spaceport_compress.job.sog.file import read_bundle
from spaceport_compress.job.sog.importance import importance
from spaceport_contracts.results import CompressResult, Quality, TrainResult
from spaceport_runtime.errors import UserError
from spaceport_runtime.job.container import Container, Stopped, run_job
from spaceport_splat.camera import write_cameras
from spaceport_splat.ply import write_ply

BACKGROUND = (0.25, 0.5, 0.75)


@pytest.fixture
def small_pictures(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("spaceport_compress.job.pictures.flythrough.FRAMES", 6)
    monkeypatch.setattr("spaceport_compress.job.pictures.flythrough.SIZE_PX", (96, 54))
    monkeypatch.setattr("spaceport_compress.job.pictures.preview.SIZE_PX", (160, 90))


def trained_folder(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    write_ply(folder / "scene.ply", field(2500, 3))
    write_cameras(folder / "cameras.json", grid_of_cameras(3, width_px=320))
    result = TrainResult(
        files=(), gaussians=2500, steps=1, heldout_psnr_db=20, heldout_corrected_psnr_db=20,
        heldout_ssim=0.5, heldout_photos=(), background_rgb=BACKGROUND, rasteriser="cpu",
    )  # fmt: skip
    (folder / "result.json").write_text(result.model_dump_json())
    return folder


@pytest.mark.usefixtures("small_pictures")
def test_a_trained_splat_becomes_a_sog_and_pictures(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = tmp_path / "ml"
    trained_folder(root / "processing/input/splat")
    (root / "processing/input/options").mkdir()
    (root / "processing/input/options/options.json").write_text('{"quality": "draft"}')
    monkeypatch.setenv("SPACEPORT_ML_ROOT", str(root))
    reports: list[dict[str, object]] = []
    assert run_job("compress", job.main, reports.append) == 0

    output = root / "processing/output"
    names = {"scene.sog", "preview.png", "flythrough.webp", "result.json"}
    assert {path.name for path in output.iterdir()} == names
    result = CompressResult.model_validate_json((output / "result.json").read_bytes())
    assert result.gaussians == len(read_bundle(output / "scene.sog")) == 2500
    assert result.bytes == (output / "scene.sog").stat().st_size
    assert result.ratio > 4
    assert result.psnr_vs_ply_db > 38
    assert result.worst_psnr_vs_ply_db > 32
    assert {file.path for file in result.files} == names - {"result.json"}
    assert Image.open(output / "preview.png").size == (160, 90)
    flight = Image.open(output / "flythrough.webp")
    assert (flight.size, flight.info["loop"]) == ((96, 54), 0)
    assert len(list(ImageSequence.Iterator(flight))) == 6
    steps = {"read", "palette", "texels", "verify", "preview", "flythrough", "coarse"}
    assert {report["step"] for report in reports} == steps
    for step in steps:
        last = [report for report in reports if report["step"] == step][-1]
        assert last["n"] == last["m"]


@pytest.mark.usefixtures("small_pictures")
def test_a_strangers_ply_alone_is_enough(tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    write_ply(folder / "my holiday.ply", field(1500, 8))
    (tmp_path / "out").mkdir()
    result = compress(folder, tmp_path / "out", CompressOptions())
    assert result.gaussians == 1500
    assert result.psnr_vs_ply_db > 38


def test_the_background_and_the_frame_come_from_training(tmp_path: Path) -> None:
    splat = read_splat(trained_folder(tmp_path))
    assert splat.background_rgb == BACKGROUND
    assert splat.georeferenced
    (tmp_path / "result.json").write_text('{"from": "another program"}')
    assert "not ours" in read_splat(tmp_path).warnings[0]


def test_no_splat_or_two_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"no \.ply file"):
        read_splat(tmp_path)
    for name in ("a.ply", "b.PLY"):
        write_ply(tmp_path / name, field(10))
    with pytest.raises(UserError, match="exactly one"):
        read_splat(tmp_path)


def test_a_broken_file_ends_in_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "processing/input/splat"
    folder.mkdir(parents=True)
    write_ply(folder / "scene.ply", field(100))
    data = (folder / "scene.ply").read_bytes()
    (folder / "scene.ply").write_bytes(data[: len(data) // 2])
    (tmp_path / "processing/input/options").mkdir()
    (tmp_path / "processing/input/options/options.json").write_text("{}")
    monkeypatch.setenv("SPACEPORT_ML_ROOT", str(tmp_path))
    assert run_job("compress", job.main) == 1
    failure = json.loads((tmp_path / "output/failure").read_text())
    assert "damaged or cut short" in failure["reason"]
    assert not list((tmp_path / "processing/output").iterdir())


class StopAt:
    """SIGTERM comes when a step begins."""

    def __init__(self, container: Container, step: str) -> None:
        self.tell, self.container, self.step = progress_of(container), container, step

    def __call__(self, step: str, n: int, m: int) -> None:
        if step == self.step:
            self.container.request_stop()
        self.tell(step, n, m)


@pytest.mark.parametrize("step", ["read", "texels", "verify"])
def test_a_stop_leaves_nothing_behind(tmp_path: Path, step: str) -> None:
    folder = trained_folder(tmp_path / "processing/input/splat")
    container = Container(tmp_path, "compress")
    with pytest.raises(Stopped):
        compress(folder, container.output, CompressOptions(), StopAt(container, step))
    assert not list(container.output.iterdir())


def test_too_coarse_an_effort_is_tried_again_finer(tmp_path: Path) -> None:
    splat = read_splat(trained_folder(tmp_path / "in"))
    seen = importance(splat.gaussians, splat.cameras)
    coarse, fine = Effort(1.0, 64), Effort(0.0, 1024)
    path = tmp_path / "scene.sog"
    assert write_verified(path, splat, seen, (coarse, fine), lambda *_: None).good
    with pytest.raises(UserError, match="looks different"):
        write_verified(tmp_path / "other.sog", splat, seen, (coarse,), lambda *_: None)
    assert {entry.name for entry in tmp_path.iterdir()} == {"in", "scene.sog"}


def test_high_quality_pays_more_for_every_bit(tmp_path: Path) -> None:
    splat = read_splat(trained_folder(tmp_path))
    seen = importance(splat.gaussians, splat.cameras)
    standard = efforts(CompressOptions(), seen, 15)
    high = efforts(CompressOptions(quality=Quality.HIGH), seen, 15)
    assert high[0].rate_price < standard[0].rate_price
    assert [effort.rate_price for effort in standard] == sorted(
        (effort.rate_price for effort in standard), reverse=True
    )
    assert standard[-1].rate_price == 0
    assert np.isfinite(standard[0].rate_price)
