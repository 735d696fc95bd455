"""The whole job on a small scene: outputs, figures, progress, SIGTERM."""

import hashlib
import json
from pathlib import Path

import pytest
import torch
from tests.unit.train import posed

from spaceport_contracts.results import TrainResult
from spaceport_runtime.errors import UserError
from spaceport_runtime.job.container import Container, Stopped
from spaceport_splat.camera import read_cameras
from spaceport_splat.ply import read_ply
from spaceport_splat.rasterise import render
from spaceport_train.job import devices
from spaceport_train.job.devices import choose_device
from spaceport_train.job.main import main
from spaceport_train.job.options import TrainOptions

OPTIONS = {"quality": "draft", "rasteriser": "cpu", "budget": 0.25, "threads": 1}


def container(root: Path, reports: list[dict[str, object]] | None = None) -> Container:
    posed.write_scene(root / "input" / "data" / "scene")
    options = root / "input" / "data" / "options" / "options.json"
    options.parent.mkdir(parents=True)
    options.write_text(json.dumps(OPTIONS))
    return Container(root, "train", (reports if reports is not None else []).append)


def test_the_job_leaves_a_splat_that_predicts_what_it_never_saw(tmp_path: Path) -> None:
    reports: list[dict[str, object]] = []
    it = container(tmp_path, reports)
    main(it)

    result = TrainResult.model_validate_json((it.output / "result.json").read_bytes())
    assert {"scene.ply", "cameras.json"} < {file.path for file in result.files}
    for file in result.files:
        data = (it.output / file.path).read_bytes()
        assert (len(data), hashlib.sha256(data).hexdigest()) == (file.bytes, file.sha256)
    assert not [path for path in it.output.rglob("*") if path.name.startswith(".")]

    gaussians, cameras = read_ply(it.output / "scene.ply"), read_cameras(it.output / "cameras.json")
    assert len(gaussians) == result.gaussians
    (held_out,) = [camera for camera in cameras if camera.held_out]
    assert [photo.name for photo in result.heldout_photos] == [held_out.name]
    assert result.heldout_psnr_db > 20
    assert result.heldout_corrected_psnr_db > result.heldout_psnr_db - 0.1
    assert len(result.heldout_sharpness) == len(result.heldout_energy) == 3
    assert all(0 < kept <= 1 for kept in result.heldout_sharpness)
    assert result.planned_steps is not None
    assert result.planned_steps >= result.steps
    assert result.all_photos_steps > 0
    if result.pilots:
        assert [it.gaussians for it in result.pilots if it.chosen] == [result.gaussians]
    image, alpha = render(gaussians, held_out, result.background_rgb)
    assert image.shape == (posed.HEIGHT, posed.WIDTH, 3)
    assert alpha.mean() > 0.8

    assert all(report["step"] == "train" for report in reports)
    assert reports[0]["n"] == 0
    assert reports[-1]["n"] == reports[-1]["m"]
    assert any("psnr_db" in str(report["figures"]) for report in reports)


def test_sigterm_saves_and_the_next_attempt_continues(tmp_path: Path) -> None:
    it = container(tmp_path)
    it.request_stop()
    with pytest.raises(Stopped):
        main(it)
    assert list(it.checkpoints.rglob("checkpoint-*.npz"))
    assert not (it.output / "result.json").exists()
    main(Container(tmp_path, "train"))
    assert (it.output / "result.json").exists()


def test_cuda_is_refused_where_there_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(devices, "has_cuda", lambda: False)
    assert choose_device(TrainOptions()) == "cpu"
    with pytest.raises(UserError, match="no usable NVIDIA GPU"):
        choose_device(TrainOptions(rasteriser="cuda"))

    def init() -> None:
        raise RuntimeError(
            "The NVIDIA driver on your system is too old (found version 12040). Please update it."
        )

    monkeypatch.setattr(torch.cuda, "init", init)
    with pytest.raises(UserError, match="driver on your system is too old") as refused:
        choose_device(TrainOptions(rasteriser="cuda"))
    assert "image for its driver" in refused.value.remedy
