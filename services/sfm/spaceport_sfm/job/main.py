"""The sfm job: photos -> camera poses, sparse points and undistorted photos."""

import logging
import shutil
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from spaceport_contracts.capture import Capture, RejectedPhoto
from spaceport_contracts.results import SfmResult, StageOptions
from spaceport_runtime.job.container import Container, Stopped, hash_outputs, write_result
from spaceport_sfm.job.effort import effort_for
from spaceport_sfm.job.gate import check_enough
from spaceport_sfm.job.photos.calibration import group_cameras
from spaceport_sfm.job.photos.prepare import UPRIGHT, Count, Prepared, prepare
from spaceport_sfm.job.photos.repeats import leave_out_repeats
from spaceport_sfm.job.photos.sensors import is_drone
from spaceport_sfm.job.photos.twins import leave_out_twins
from spaceport_sfm.job.process.child import EngineDied, Supervision, run_child
from spaceport_sfm.job.process.listener import Listener
from spaceport_sfm.job.process.threads import available_threads
from spaceport_sfm.job.task import Findings, Task, TaskPhoto

log = logging.getLogger("spaceport.sfm")


def main(container: Container) -> None:
    """Run the job in its container."""
    options = container.options(StageOptions)
    capture_file = container.input("capture") / "capture.json"
    capture = Capture.model_validate_json(capture_file.read_bytes())
    photos = container.input("photos")
    output = container.output
    work = Path(tempfile.mkdtemp(prefix=".sfm-work-", dir=container.root))

    def count(n: int, m: int) -> None:
        container.progress("photos", n, m)
        if container.stopping:
            raise Stopped

    try:
        folders = Folders(work, output)
        task, rejected = make_task(capture, photos, folders, options, count)
        findings = run_engine(task, container)
        write_result(output, summarise(capture, rejected, findings, output))
    except BaseException:
        # Nothing half-written may look like a result.
        for leftover in (output / "sparse", output / "images"):
            shutil.rmtree(leftover, ignore_errors=True)
        (output / "geo.json").unlink(missing_ok=True)
        raise
    finally:
        shutil.rmtree(work, ignore_errors=True)


@dataclass(frozen=True)
class Folders:
    """Where the job works, and what it leaves."""

    work: Path
    output: Path


def make_task(
    capture: Capture,
    photos: Path,
    folders: Folders,
    options: StageOptions,
    count: Count,
) -> tuple[Task, list[RejectedPhoto]]:
    """Prepare the photos and decide which share a camera.

    Raises:
        UserError: too few photos can be used.
    """
    threads = available_threads()
    images = folders.work / "images"
    wanted, twins = leave_out_twins(capture.photos)
    chosen = capture.model_copy(update={"photos": tuple(wanted)})
    prepared, broken = prepare(chosen, photos, images, threads, count)
    refused = (*twins, *broken, *capture.rejected)
    check_enough(len(prepared), len(capture.photos) + len(capture.rejected), refused)
    prepared, repeats = leave_out_repeats(prepared, images)
    rejected = [*twins, *broken, *repeats]
    cameras, members = group_cameras([(p.photo, p.width_px, p.height_px) for p in prepared])
    order = {photo.key: index for index, photo in enumerate(capture.photos)}
    task = Task(
        images=images,
        work=folders.work,
        output=folders.output,
        photos=tuple(
            _task_photo(p, c, order[p.photo.key]) for p, c in zip(prepared, members, strict=True)
        ),
        cameras=cameras,
        effort=effort_for(options),
        seed=options.seed,
        threads=threads,
    )
    return task, rejected


def _task_photo(prepared: Prepared, camera: int, index: int) -> TaskPhoto:
    photo = prepared.photo
    return TaskPhoto(
        name=prepared.name,
        original=photo.name,
        camera=camera,
        index=index,
        latitude_deg=photo.latitude_deg,
        longitude_deg=photo.longitude_deg,
        altitude_m=photo.altitude_m,
        relative_altitude_m=photo.relative_altitude_m,
        taken_at=photo.taken_at,
        gimbal_pitch_deg=photo.gimbal_pitch_deg,
        gimbal_roll_deg=photo.gimbal_roll_deg,
        gimbal_yaw_deg=photo.gimbal_yaw_deg,
        gps_error_m=photo.gps_error_m,
        hemisphere_known=photo.hemisphere_known,
        rotated=photo.orientation != UPRIGHT,
        drone=is_drone(photo),
    )


def run_engine(task: Task, container: Container) -> Findings:
    """Reconstruct in a child process, forwarding its progress.

    Raises:
        UserError: what the child says about the photos.
        Stopped, Killed, EngineDied: see `run_child`.
    """
    task_path = task.work / "task.json"
    task_path.write_text(task.model_dump_json(), encoding="utf-8")
    listener = Listener(container)
    supervision = Supervision(listener.message, lambda: container.stopping)
    command = [sys.executable, "-m", "spaceport_sfm.job.process.engine", str(task_path)]
    run_child(command, task.work / "engine.log", supervision)
    if listener.findings is None:
        raise EngineDied("the reconstruction program ended without an answer")
    return listener.findings


def summarise(
    capture: Capture, rejected: list[RejectedPhoto], findings: Findings, output: Path
) -> SfmResult:
    """The result, with the hashes of everything that the next stage relies on."""
    bins = [f"sparse/0/{name}.bin" for name in ("cameras", "images", "points3D")]
    images = [f"images/{photo.name}" for photo in findings.photos]
    log.info("%s photos registered by '%s'", len(images), findings.rung)
    return SfmResult(
        files=hash_outputs(output, [*bins, "geo.json", *images]),
        warnings=(*capture.warnings, *findings.warnings),
        photos_total=len(capture.photos) + len(capture.rejected),
        photos_registered=len(images),
        photos_rejected=(*capture.rejected, *rejected, *findings.left_out),
        sparse_points=findings.sparse_points,
        reprojection_error_px=findings.reprojection_error_px,
        mean_track_length=findings.mean_track_length,
        gps_rms_m=findings.gps_rms_m,
        camera_height_above_ground_m=findings.camera_height_above_ground_m,
        focal_note=findings.focal_note,
        frame_note=findings.frame_note,
    )
