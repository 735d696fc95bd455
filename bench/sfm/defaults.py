"""pycolmap as it comes, for `bench/sfm/__main__.py`: `run PHOTOS WORK` and `measure WORK CAPTURE`.

Programs of their own, because CPU time is counted by process and pycolmap must not be loaded beside
the bench's libraries.
"""

import sys  # isort: split

import json
import os
import zlib  # noqa: F401  (pycolmap's wheel exports zlib's symbols; loaded first, ours are kept)
from pathlib import Path

import pycolmap

from spaceport_contracts.capture import Capture
from spaceport_sfm.job.mapping.model import points_of, poses_of
from spaceport_sfm.job.placing.georeference import georeference
from spaceport_sfm.job.placing.ground import measure_ground
from spaceport_sfm.job.task import TaskPhoto

SEED = 1


def run(photos: Path, work: Path) -> None:
    """extract_features, match_exhaustive, incremental_mapping; only threads and seed are set."""
    pycolmap.logging.minloglevel = pycolmap.logging.WARNING.value
    threads = int(os.environ["OMP_NUM_THREADS"])
    database = work / "database.db"
    extraction = pycolmap.FeatureExtractionOptions()
    extraction.num_threads = threads
    matching = pycolmap.FeatureMatchingOptions()
    matching.num_threads = threads
    verification = pycolmap.TwoViewGeometryOptions()
    verification.ransac.random_seed = SEED
    mapping = pycolmap.IncrementalPipelineOptions()
    mapping.num_threads = threads
    mapping.random_seed = SEED
    cpu = pycolmap.Device.cpu
    pycolmap.extract_features(database, photos, extraction_options=extraction, device=cpu)
    pycolmap.match_exhaustive(
        database, matching_options=matching, verification_options=verification, device=cpu
    )
    sparse, best = work / "sparse", work / "best"
    sparse.mkdir()
    best.mkdir()
    models = pycolmap.incremental_mapping(database, photos, sparse, options=mapping)
    max(models.values(), key=lambda model: model.num_reg_images()).write(best)


def measure(work: Path, capture_path: Path) -> None:
    """Print the figures of `run`'s model, with our GPS fit and our ground, as JSON."""
    model = pycolmap.Reconstruction(work / "best")
    capture = Capture.model_validate_json(capture_path.read_bytes())
    photos = [
        TaskPhoto(
            name=photo.name,
            original=photo.name,
            camera=0,
            latitude_deg=photo.latitude_deg,
            longitude_deg=photo.longitude_deg,
            altitude_m=photo.altitude_m,
        )
        for photo in capture.photos
    ]
    poses, points = poses_of(model), points_of(model)
    placement = georeference(poses, points, photos, SEED)
    fit = placement.transform
    ground = measure_ground(fit.apply(poses.centres), fit.apply(points))
    figures = {
        "registered": model.num_reg_images(),
        "points": model.num_points3D(),
        "error_px": model.compute_mean_reprojection_error(),
        "gps_rms_m": placement.gps_rms_m,
        "height_m": ground.height_above if placement.origin else None,
    }
    sys.stdout.write(json.dumps(figures) + "\n")


if __name__ == "__main__":
    {"run": run, "measure": measure}[sys.argv[1]](Path(sys.argv[2]), Path(sys.argv[3]))
