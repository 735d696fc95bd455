"""Our structure from motion against pycolmap's defaults: CPU seconds, registration, error, height.

    python -m bench.sfm PHOTOS [--side 1600] [--out out/bench/sfm.json]

Both get the same photos, reduced to `--side` (0: as they are), the same threads (OMP_NUM_THREADS)
and the same seed. Each variant is a process of its own, and its CPU time is user + system with all
its children. Ours is the whole job: checking every photo, features, matching, mapping, calibration,
georeference, undistortion. The defaults are extract_features, match_exhaustive and
incremental_mapping only; their GPS fit and ground are measured by our code afterwards, unpaid.

"free focal" is our job on the same photos without their camera model and focal length: nothing to
lock to, so that its GPS residual compares with that of the defaults, which are free as well.
"""

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from PIL import Image

from spaceport_contracts.capture import Capture
from spaceport_contracts.results import Quality, SfmResult, StageOptions
from spaceport_ingest.inspect.photos.photo import inspect_photo
from spaceport_ingest.settings import Limits
from spaceport_runtime.job.container import Container

REPOSITORY = Path(__file__).resolve().parents[2]
DEFAULTS = "pycolmap defaults"
MAX_CPU_RATIO = 0.4
MAX_GPS_RATIO = 1.05


@dataclass(frozen=True)
class Row:
    """One variant's figures."""

    name: str
    cpu_s: float
    registered: int
    points: int
    error_px: float
    gps_rms_m: float | None
    height_m: float | None
    focal: str = ""


def cpu_of(command: list[str], log: Path) -> float:
    """CPU seconds of a process and its children; raises CalledProcessError when it fails."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    with log.open("wb") as stream:
        subprocess.run(command, check=True, stdout=stream, stderr=subprocess.STDOUT)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def read_capture(folder: Path) -> Capture:
    """The photos as ingest reads them."""
    photos = tuple(
        inspect_photo(path.name, path.name, path.read_bytes(), Limits()).photo
        for path in sorted(folder.iterdir())
    )
    return Capture(photos_prefix="s3://bench/capture/", photos=photos)


def lay_out(root: Path, photos: Path, capture: Capture, quality: Quality) -> None:
    """The job's inputs as SageMaker would lay them; the photos by symbolic link."""
    files = {
        "capture/capture.json": capture.model_dump_json(),
        "options/options.json": StageOptions(quality=quality).model_dump_json(),
    }
    container = Container(root, "sfm")
    for name, content in files.items():
        channel, file = name.split("/")
        container.input(channel).mkdir(parents=True)
        (container.input(channel) / file).write_text(content)
    container.input("photos").symlink_to(photos, target_is_directory=True)


def run_ours(name: str, photos: Path, capture: Capture, quality: Quality, root: Path) -> Row:
    lay_out(root, photos, capture, quality)
    os.environ["SPACEPORT_ML_ROOT"] = str(root)
    cpu_s = cpu_of([sys.executable, "-m", "spaceport_sfm.job"], root / "log")
    output = root / "processing" / "output" / "result.json"
    result = SfmResult.model_validate_json(output.read_bytes())
    return Row(
        name=name,
        cpu_s=cpu_s,
        registered=result.photos_registered,
        points=result.sparse_points,
        error_px=result.reprojection_error_px,
        gps_rms_m=result.gps_rms_m,
        height_m=result.camera_height_above_ground_m,
        focal=result.focal_note,
    )


def run_defaults(photos: Path, capture: Capture, root: Path) -> Row:
    root.mkdir()
    program = [sys.executable, str(Path(__file__).with_name("defaults.py"))]
    cpu_s = cpu_of([*program, "run", str(photos), str(root)], root / "log")
    described = root / "capture.json"
    described.write_text(capture.model_dump_json())
    measure = [*program, "measure", str(root), str(described)]
    measured = subprocess.run(measure, check=True, capture_output=True).stdout
    return Row(name=DEFAULTS, cpu_s=cpu_s, **json.loads(measured.splitlines()[-1]))


def reduce_photos(photos: Path, folder: Path, side_px: int) -> None:
    folder.mkdir()
    for path in sorted(p for p in photos.iterdir() if p.suffix.lower() in {".jpg", ".jpeg"}):
        if not side_px:
            (folder / path.name).symlink_to(path.resolve())
            continue
        with Image.open(path) as image:
            exif = image.getexif()
            image.thumbnail((side_px, side_px), Image.Resampling.LANCZOS)
            image.save(folder / path.name, quality=95, exif=exif)


def without_focal(capture: Capture) -> Capture:
    unknown = {"model": "", "focal_35mm": None, "calibrated_focal_px": None}
    photos = tuple(photo.model_copy(update=unknown) for photo in capture.photos)
    return capture.model_copy(update={"photos": photos})


def show(rows: list[Row]) -> None:
    base = rows[0]
    titles = f"{'photos':>8}{'points':>8}{'px':>7}{'GPS m':>8}{'AGL m':>8}"
    print(f"{'':28}{'CPU s':>8}{'ratio':>7}{titles}")
    for row in rows:
        gps = "-" if row.gps_rms_m is None else f"{row.gps_rms_m:.3f}"
        height = "-" if row.height_m is None else f"{row.height_m:.2f}"
        print(
            f"{row.name:28}{row.cpu_s:8.1f}{row.cpu_s / base.cpu_s:7.2f}{row.registered:8}"
            f"{row.points:8}{row.error_px:7.3f}{gps:>8}{height:>8}  {row.focal}"
        )


def verdicts(rows: list[Row]) -> dict[str, bool]:
    base = rows[0]
    standard = next(row for row in rows if row.name == "ours, standard")
    free = next(row for row in rows if row.name == "ours, standard, free focal")
    said = {
        f"CPU <= {MAX_CPU_RATIO} of the defaults": standard.cpu_s <= MAX_CPU_RATIO * base.cpu_s,
        "same photos registered": standard.registered >= base.registered,
    }
    if base.gps_rms_m is not None and free.gps_rms_m is not None:
        within = free.gps_rms_m <= MAX_GPS_RATIO * base.gps_rms_m
        said[f"GPS rms, both free, <= {MAX_GPS_RATIO} of the defaults"] = within
    return said


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("photos", type=Path)
    parser.add_argument("--side", type=int, default=1600, help="longer side in pixels; 0: as is")
    parser.add_argument("--out", type=Path, default=REPOSITORY / "out" / "bench" / "sfm.json")
    asked = parser.parse_args()
    threads = int(os.environ.setdefault("OMP_NUM_THREADS", "2"))
    with tempfile.TemporaryDirectory() as temporary:
        work = Path(temporary)
        reduce_photos(asked.photos, work / "photos", asked.side)
        photos, capture = work / "photos", read_capture(work / "photos")
        rows = [
            run_defaults(photos, capture, work / "defaults"),
            run_ours("ours, standard", photos, capture, Quality.STANDARD, work / "standard"),
            run_ours("ours, draft", photos, capture, Quality.DRAFT, work / "draft"),
            run_ours(
                "ours, standard, free focal",
                photos,
                without_focal(capture),
                Quality.STANDARD,
                work / "free",
            ),
        ]
    show(rows)
    said = verdicts(rows)
    for claim, holds in said.items():
        print(f"{'yes' if holds else 'NO':4}{claim}")
    asked.out.parent.mkdir(parents=True, exist_ok=True)
    document = {
        "photos": str(asked.photos),
        "side_px": asked.side,
        "threads": threads,
        "rows": [asdict(replace(row, cpu_s=round(row.cpu_s, 2))) for row in rows],
        "goals": said,
    }
    asked.out.write_text(json.dumps(document, indent=1), encoding="utf-8")


if __name__ == "__main__":
    main()
