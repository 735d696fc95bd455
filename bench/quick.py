"""Quick jobs: they leave at once what a real job would leave, true to the contracts."""

import hashlib

from spaceport_contracts.results import (
    CompressResult,
    OutputFile,
    SfmResult,
    StageResult,
    TrainResult,
)
from spaceport_local.sagemaker.runner import Task

CONTENT = {"sfm": b"points", "train": b"gaussians", "compress": b"splat"}
FILE = {"sfm": "sparse/0/points3D.bin", "train": "scene.ply", "compress": "scene.sog"}


def quick_job(task: Task) -> int:
    """Write the stage's outputs where the container contract wants them."""
    stage = task.name.split("-")[0]
    folder = task.root / ("model" if stage == "train" else "processing/output")
    for path, content in outputs_of(stage).items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)
    return 0


def outputs_of(stage: str) -> dict[str, bytes]:
    """File contents by path, `result.json` among them."""
    content = CONTENT[stage]
    digest = hashlib.sha256(content).hexdigest()
    file = OutputFile(path=FILE[stage], bytes=len(content), sha256=digest)
    return {FILE[stage]: content, "result.json": _result(stage, file).model_dump_json().encode()}


def _result(stage: str, file: OutputFile) -> StageResult:
    if stage == "sfm":
        return SfmResult(
            files=(file,),
            photos_total=18,
            photos_registered=18,
            sparse_points=4660,
            reprojection_error_px=0.39,
            mean_track_length=4.1,
            gps_rms_m=0.43,
            camera_height_above_ground_m=39.5,
        )
    if stage == "train":
        return TrainResult(
            files=(file,),
            gaussians=10000,
            steps=700,
            heldout_psnr_db=18.7,
            heldout_corrected_psnr_db=19.2,
            heldout_ssim=0.45,
            heldout_photos=(),
            rasteriser="cpu",
        )
    return CompressResult(
        files=(file,),
        gaussians=10000,
        bytes=len(CONTENT[stage]),
        ratio=20.0,
        psnr_vs_ply_db=50.0,
        worst_psnr_vs_ply_db=45.0,
    )
