"""What is checked before anything starts, so that a mistake costs a second and not an hour."""

import shutil
import tempfile
import zipfile
from collections import Counter
from pathlib import Path, PurePosixPath

from pydantic import ValidationError

from spaceport_cli.photos.find import SENT, FoundPhotos, find_photos
from spaceport_cli.show.sentences import human_bytes
from spaceport_contracts.address import is_email
from spaceport_contracts.filenames import FileKind, file_kind
from spaceport_contracts.flight import PLAN_FILE, PlannedFlight
from spaceport_runtime.errors import UserError

STATE_NAME = ".spaceport"
# The upload, the zip's expansion, undistorted photos, the jobs' copies and the results.
DISK_PER_PHOTO_BYTE = 6
DISK_BASE_BYTES = 1 << 30


def check_email(address: str | None) -> None:
    """Raises UserError unless the address looks like one."""
    if address is not None and not is_email(address):
        raise UserError(f"'{address}' is not an e-mail address.", "Give one like name@example.com.")


def check_plan(plan: Path | None) -> Path | None:
    """The plan.json that was named, by itself or by its folder; raises UserError for another."""
    if plan is None:
        return None
    path = plan / PLAN_FILE if plan.is_dir() else plan
    try:
        PlannedFlight.model_validate_json(path.read_bytes())
    except OSError as error:
        raise UserError(
            f"There is no {path}.", "Give the folder that 'plan --out' wrote."
        ) from error
    except ValidationError as error:
        raise UserError(
            f"{path} is not the plan.json of a plan.", "Give the folder that 'plan --out' wrote."
        ) from error
    return path


def check_folder(folder: Path, out: Path | None) -> FoundPhotos:
    """The photos of a folder; raises UserError when there are none to be had."""
    if out and folder.resolve() == out.resolve():
        raise UserError(
            f"'{out}' is the folder of the photos.", "Choose another folder for the results."
        )
    found = find_photos(folder, skip=out)
    if not found.photos:
        raise UserError(
            f"'{folder}' holds no photos{_what_instead(found.left_out)}.",
            "Give a folder with JPEG, PNG or TIFF photos, or a zip of them.",
        )
    return found


def _what_instead(left_out: tuple[str, ...]) -> str:
    suffixes = Counter(PurePosixPath(name).suffix.lower() or "nameless" for name in left_out)
    listed = ", ".join(f"{count} {suffix}" for suffix, count in suffixes.most_common(3))
    return f" (only {listed})" if listed else ""


def check_zip(path: Path) -> None:
    """Raises UserError unless the file is a zip with something in it that may be a photo."""
    try:
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()
    except (zipfile.BadZipFile, NotImplementedError) as error:
        raise UserError(
            f"'{path}' is neither a folder nor a whole zip file.",
            "Give a folder of photos or a zip of them.",
        ) from error
    if not any(file_kind(name) in (*SENT, FileKind.ARCHIVE) for name in names):
        raise UserError(
            f"The zip '{path}' holds no photos.", "Put JPEG, PNG or TIFF photos into it."
        )


def check_exists(photos: Path) -> None:
    """Raises UserError when there is nothing at the path, or something odd."""
    if not photos.exists():
        raise UserError(
            f"There is nothing at '{photos}'.", "Give a folder of photos or a zip of them."
        )
    if not (photos.is_dir() or photos.is_file()):
        raise UserError(
            f"'{photos}' is neither a folder nor a file.",
            "Give a folder of photos or a zip of them.",
        )


def check_out(out: Path) -> None:
    """Make the results folder and its state folder; raises UserError when it cannot be."""
    remedy = "Choose another folder with --out."
    if out.exists() and not out.is_dir():
        raise UserError(f"'{out}' is a file, not a folder.", remedy)
    try:
        state = out / STATE_NAME
        state.mkdir(parents=True, exist_ok=True)
        for folder in (out, state):
            with tempfile.TemporaryFile(dir=folder):
                pass
    except OSError as error:
        raise UserError(f"'{out}' cannot be written ({error.strerror}).", remedy) from error


def check_disk(out: Path, photos_bytes: int) -> None:
    """Raises UserError when the results are not likely to fit."""
    needed = photos_bytes * DISK_PER_PHOTO_BYTE + DISK_BASE_BYTES
    free = shutil.disk_usage(out).free
    if free < needed:
        raise UserError(
            f"'{out}' has {human_bytes(free)} free and this capture needs about "
            f"{human_bytes(needed)}.",
            "Free some space or choose --out on another disk.",
        )
