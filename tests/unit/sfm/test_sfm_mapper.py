"""Both mappers on matches whose truth is known, without a picture."""

import base64
from pathlib import Path

import numpy as np
import pycolmap
import pytest
from PIL import Image
from tests.unit.sfm.models import task_for

from spaceport_sfm.job.mapping.ladder import Rung
from spaceport_sfm.job.mapping.mapper import map_globally, map_incrementally
from spaceport_sfm.job.mapping.roll import Roll
from spaceport_sfm.job.task import Task, TaskPhoto

FRAMES = 8


@pytest.fixture
def made(tmp_path: Path) -> tuple[Path, Task, pycolmap.Reconstruction]:
    """A database of matches, its task, and the model that it was made from."""
    options = pycolmap.SyntheticDatasetOptions()
    options.num_rigs, options.num_cameras_per_rig, options.num_frames_per_rig = 1, 1, FRAMES
    options.num_points3D = 300
    options.camera_model_id = pycolmap.CameraModelId.SIMPLE_RADIAL
    options.camera_params = [1280.0, 512.0, 384.0, 0.0]
    options.camera_has_prior_focal_length = True
    pycolmap.set_random_seed(3)
    path = tmp_path / "database.db"
    database = pycolmap.Database.open(path)
    truth = pycolmap.synthesize_dataset(options, database)
    database.close()
    task = task_for(tmp_path, [0] * FRAMES, [1280.0])
    for image in truth.images.values():
        target = task.images / image.name
        target.parent.mkdir(parents=True, exist_ok=True)
        camera = truth.cameras[image.camera_id]
        Image.new("RGB", (camera.width, camera.height), (200, 100, 50)).save(target, "JPEG")
    return path, task, truth


def check(models: list[pycolmap.Reconstruction], truth: pycolmap.Reconstruction) -> None:
    """One model of all photos, in the places where they were."""
    assert [model.num_reg_images() for model in models] == [FRAMES]
    names = sorted(image.name for image in truth.images.values())

    def centres(model: pycolmap.Reconstruction) -> np.ndarray:
        found = {image.name: image.projection_center() for image in model.images.values()}
        return np.array([found[name] for name in names])

    aligned = pycolmap.estimate_sim3d(centres(models[0]), centres(truth))
    assert aligned is not None
    placed = np.array([aligned * centre for centre in centres(models[0])])
    spread = np.linalg.norm(centres(truth) - centres(truth).mean(axis=0), axis=1).max()
    assert np.linalg.norm(placed - centres(truth), axis=1).max() < 0.01 * spread


def test_global_mapping_finds_every_pose_and_colours_the_points(
    made: tuple[Path, Task, pycolmap.Reconstruction],
) -> None:
    path, task, truth = made
    models = map_globally(path, task)
    check(models, truth)
    colours = np.array([point.color for point in models[0].points3D.values()])
    assert np.median(colours, axis=0) == pytest.approx([200, 100, 50], abs=8)


def test_incremental_mapping_counts_what_it_registers(
    made: tuple[Path, Task, pycolmap.Reconstruction],
) -> None:
    path, task, truth = made
    told: list[int] = []
    rolls: list[str] = []
    names = sorted(image.name for image in truth.images.values())
    photos = [
        TaskPhoto(name=name, original=name, camera=0, index=2 * i) for i, name in enumerate(names)
    ]
    roll = Roll(photos)

    def tell(model: pycolmap.Reconstruction, _points: int) -> None:
        told.append(model.num_reg_images())
        rolls.append(roll.call(model))

    rung = Rung(name="tuned", max_features=4096)
    models = map_incrementally(path, task, rung, tell)
    check(models, truth)
    bits = [int.from_bytes(base64.b64decode(each)) for each in rolls]
    assert [each.bit_count() for each in bits] == told
    assert bits[-1] == 0b10101010_10101010  # every other photo of the capture is in this task
    assert told[0] == 2 and told[-1] == FRAMES and told == sorted(told)


def test_a_lens_that_is_held_to_the_middle_stays_there(
    made: tuple[Path, Task, pycolmap.Reconstruction],
) -> None:
    path, task, _ = made
    rung = Rung(name="tuned", max_features=4096, centred=True)
    (model,) = map_incrementally(path, task, rung, lambda _n, _m: None)
    (camera,) = model.cameras.values()
    assert (camera.principal_point_x, camera.principal_point_y) == (512.0, 384.0)
