"""Verified pairs -> camera poses and sparse points."""

from collections.abc import Callable
from pathlib import Path

import pycolmap

from spaceport_sfm.job.mapping.ladder import Rung
from spaceport_sfm.job.task import Task

# Global bundle adjustment after 40 % growth instead of 10 %, twice instead of five times: the same
# poses at a third of the cost (findings/sfm.md).
GLOBAL_GROWTH = 1.4
GLOBAL_REFINEMENTS = 2
MIN_MODEL_SIZE = 3
# A pose rests on at least as many points as the relaxed mapper asks for; global mapping of photos
# without parallax "registers" them all on a single point.
MIN_OBSERVATIONS = 15

Registered = Callable[[pycolmap.Reconstruction, int], None]
"""Called with the model that has most images, and the number of points of the latest."""


def map_incrementally(
    database: Path, task: Task, rung: Rung, tell: Registered
) -> list[pycolmap.Reconstruction]:
    """All models, largest first; empty when no pair of photos can start one.

    Args:
        rung: how; relaxed accepts weaker evidence, for captures with little overlap or parallax.
    """
    options = _options(task, rung)
    manager = pycolmap.ReconstructionManager()
    opened = pycolmap.Database.open(database)
    pipeline = pycolmap.IncrementalPipeline(options, opened, manager)

    def count() -> None:
        models = [manager.get(i) for i in range(manager.size())]
        if models:
            largest = max(models, key=lambda model: model.num_reg_images())
            tell(largest, models[-1].num_points3D())

    callbacks = pycolmap.IncrementalPipelineCallback
    pipeline.add_callback(callbacks.INITIAL_IMAGE_PAIR_REG_CALLBACK.value, count)
    pipeline.add_callback(callbacks.NEXT_IMAGE_REG_CALLBACK.value, count)
    try:
        pipeline.run()
    finally:
        opened.close()
    return _largest_first([manager.get(i) for i in range(manager.size())])


def map_globally(database: Path, task: Task) -> list[pycolmap.Reconstruction]:
    """Global mapping (GLOMAP): dearer, but it does not depend on a good first pair."""
    options = pycolmap.GlobalPipelineOptions()
    options.num_threads = task.threads
    options.random_seed = task.seed
    output = task.work / "global"
    output.mkdir(exist_ok=True)
    models = pycolmap.global_mapping(database, task.images, output, options=options)
    kept = _largest_first(list(models.values()))
    for model in kept:
        # The incremental mapper colours its points by itself.
        model.extract_colors_for_all_images(task.images, task.threads)
    return kept


def _largest_first(models: list[pycolmap.Reconstruction]) -> list[pycolmap.Reconstruction]:
    kept = [
        model
        for model in models
        if model.num_reg_images() >= MIN_MODEL_SIZE
        and model.compute_mean_observations_per_reg_image() >= MIN_OBSERVATIONS
    ]
    return sorted(kept, key=lambda model: -model.num_reg_images())


def _options(task: Task, rung: Rung) -> pycolmap.IncrementalPipelineOptions:
    options = pycolmap.IncrementalPipelineOptions()
    options.num_threads = task.threads
    options.random_seed = task.seed
    options.image_path = task.images
    options.min_model_size = MIN_MODEL_SIZE
    options.ba_global_frames_ratio = GLOBAL_GROWTH
    options.ba_global_points_ratio = GLOBAL_GROWTH
    options.ba_global_max_refinements = GLOBAL_REFINEMENTS
    # The largest single win on nadir blocks: pose error .24 -> .007 m.
    options.ba_refine_principal_point = not rung.centred
    if rung.relaxed:
        options.mapper.init_min_tri_angle = 4.0
        options.mapper.init_min_num_inliers = 50
        options.mapper.abs_pose_min_num_inliers = 15
        options.mapper.abs_pose_min_inlier_ratio = 0.15
        options.triangulation.ignore_two_view_tracks = False
    return options
