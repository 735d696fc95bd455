"""A folder of photos through ingest's inspection and the sfm job, as the pipeline does it; a zip
through the command, because only the whole cloud unpacks it."""

import json
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import datetime
from pathlib import Path

from spaceport_contracts.capture import Capture
from spaceport_contracts.results import SfmResult, StageOptions
from spaceport_ingest.inspect.names import SafeKeys
from spaceport_ingest.inspect.photos.candidates import Candidate, inspect_all
from spaceport_ingest.inspect.photos.judge import judge
from spaceport_ingest.inspect.photos.magic import HEAD_BYTES
from spaceport_ingest.inspect.sorting import sort_files
from spaceport_ingest.rejection import CaptureRefused
from spaceport_ingest.settings import Limits
from spaceport_runtime.errors import UserError
from spaceport_runtime.job.container import Container
from spaceport_sfm.job.main import main

QUALITY = "draft"
TRUTH = "truth.json"


@dataclass(frozen=True)
class Figures:
    """What is read of a result, by the names that it has there."""

    photos_registered: int
    photos_total: int
    gps_rms_m: float | None
    camera_height_above_ground_m: float | None
    frame_note: str
    warnings: tuple[str, ...]


@dataclass(frozen=True)
class Delivered:
    """What sfm made of a capture."""

    result: Figures
    geo_file: Path
    taken_at: Mapping[str, datetime | None] = field(default_factory=dict)
    """By the photos' names, where they are known."""


@dataclass(frozen=True)
class Refused:
    """Who would not work on it, and why."""

    stage: str
    message: str
    remedy: str


@dataclass(frozen=True)
class LocalFile:
    """A file as ingest sorts it."""

    name: str
    bytes: int
    path: Path


def run_capture(folder: Path, root: Path, quality: str = QUALITY) -> Delivered | Refused:
    """Inspect and reconstruct the photos below `folder`, working below `root`."""
    inputs = root / "processing" / "input"
    for name in ("photos", "capture", "options"):
        (inputs / name).mkdir(parents=True)
    try:
        capture = inspect(folder, inputs / "photos")
    except CaptureRefused as refused:
        return Refused("ingest", refused.message, refused.remedy)
    (inputs / "capture" / "capture.json").write_text(capture.model_dump_json())
    options = StageOptions.model_validate({"quality": quality})
    (inputs / "options" / "options.json").write_text(options.model_dump_json())
    container = Container(root, "sfm")
    try:
        main(container)
    except UserError as refused:
        return Refused("sfm", refused.message, refused.remedy)
    result = SfmResult.model_validate_json((container.output / "result.json").read_bytes())
    figures = Figures(**{known.name: getattr(result, known.name) for known in fields(Figures)})
    taken_at = {photo.name: photo.taken_at for photo in capture.photos}
    return Delivered(figures, container.output / "geo.json", taken_at)


def run_zip(archive: Path, root: Path) -> Delivered | Refused:
    """`spaceport run` on a zip, working below `root`."""
    out = root / "out"
    command = [sys.executable, "-m", "spaceport_cli", "run", str(archive), "--out", str(out)]
    ran = subprocess.run(
        [*command, "--quality", QUALITY], capture_output=True, text=True, check=False
    )
    if ran.returncode == 1:
        return Refused("the command", ran.stdout.strip().splitlines()[-1], "")
    ran.check_returncode()
    report = json.loads((out / "report.json").read_text())
    figures, photos = report["sfm"], report["photos"]
    result = Figures(
        photos_registered=photos["registered"],
        photos_total=photos["total"],
        gps_rms_m=figures["gps_rms_m"],
        camera_height_above_ground_m=figures["camera_height_above_ground_m"],
        frame_note=figures["frame_note"],
        warnings=tuple(report["warnings"]),
    )
    return Delivered(result, out / "sparse" / "geo.json")


def inspect(folder: Path, target: Path) -> Capture:
    """What ingest says about a folder; usable photos are left below `target` under their keys."""
    limits, keys = Limits(), SafeKeys()
    files = sort_files(
        [
            LocalFile(path.relative_to(folder).as_posix(), path.stat().st_size, path)
            for path in sorted(folder.rglob("*"))
            if path.is_file() and path.name != TRUTH
        ],
        limits,
        _peek,
    )
    candidates = [_candidate(file, keys.key_for(file.name), target) for file in files.photos]
    verdicts = [*inspect_all(candidates, limits), *files.rejected]
    return judge("s3://bench/", verdicts, files.warnings, limits)


def _peek(file: LocalFile) -> bytes:
    with file.path.open("rb") as stream:
        return stream.read(HEAD_BYTES)


def _candidate(file: LocalFile, key: str, target: Path) -> Candidate:
    def keep(content: bytes) -> None:
        (target / key).parent.mkdir(parents=True, exist_ok=True)
        (target / key).write_bytes(content)

    return Candidate(
        name=file.name, key=key, size_bytes=file.bytes, fetch=file.path.read_bytes, keep=keep
    )
