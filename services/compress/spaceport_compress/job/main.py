"""The compress job: a splat's .ply in, a .sog that was read back and compared, and its pictures."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

from spaceport_compress.job.clean import clean
from spaceport_compress.job.coarse.level import COARSE, write_coarse
from spaceport_compress.job.options import CompressOptions, efforts
from spaceport_compress.job.pictures.flightpath import Survey
from spaceport_compress.job.pictures.flythrough import write_flythrough
from spaceport_compress.job.pictures.preview import write_preview
from spaceport_compress.job.pictures.views import UP_COLMAP, UP_ENU, rings
from spaceport_compress.job.sog.encode import Effort, Tell, encode
from spaceport_compress.job.sog.file import write_bundle
from spaceport_compress.job.sog.importance import Importance, importance
from spaceport_compress.job.verify import Rgb, Verified, Verifier
from spaceport_contracts.results import CompressResult, TrainResult
from spaceport_runtime.errors import UserError
from spaceport_runtime.job.container import Container, Stopped, hash_outputs, write_result
from spaceport_splat.camera import Camera, read_cameras
from spaceport_splat.gaussians import Gaussians
from spaceport_splat.ply import read_ply

SOG, PREVIEW, FLYTHROUGH = "scene.sog", "preview.png", "flythrough.webp"
_BLACK = (0.0, 0.0, 0.0)


@dataclass(frozen=True)
class Splat:
    """What the job was given, as it is after cleaning."""

    gaussians: Gaussians
    cameras: Sequence[Camera]
    georeferenced: bool
    background_rgb: Rgb
    ply_bytes: int
    dropped: int
    warnings: tuple[str, ...]


def main(container: Container) -> None:
    """Run under the container contract."""
    options = container.options(CompressOptions)
    compress(container.input("splat"), container.output, options, progress_of(container))


def progress_of(container: Container) -> Tell:
    """Tells how far the job is, and leaves it by Stopped when it has been asked to stop."""

    def tell(step: str, n: int, m: int) -> None:
        if container.stopping:
            raise Stopped
        container.progress(step, n, m)

    return tell


def compress(
    folder: Path, output: Path, options: CompressOptions, tell: Tell = lambda *_: None
) -> CompressResult:
    """Compress the splat in `folder`; `result.json` is written last.

    `tell` may raise Stopped; raises UserError for input that no effort makes good.
    """
    tell("read", 0, 1)
    splat = read_splat(folder)
    tell("read", 1, 1)
    seen = importance(splat.gaussians, splat.cameras)
    tried = efforts(options, seen, splat.gaussians.shN.shape[1])
    verified = write_verified(output / SOG, splat, seen, tried, tell)
    up = UP_ENU if splat.georeferenced else UP_COLMAP
    survey = Survey.of(splat.cameras, splat.gaussians, up)
    tell("preview", 0, 1)
    write_preview(output / PREVIEW, verified.gaussians, survey, splat.background_rgb)
    tell("preview", 1, 1)
    write_flythrough(
        output / FLYTHROUGH,
        verified.gaussians,
        survey,
        splat.background_rgb,
        lambda n, m: tell("flythrough", n, m),
    )
    sog_bytes = (output / SOG).stat().st_size
    tell("coarse", 0, 1)
    has_coarse = write_coarse(output / COARSE, verified.gaussians, splat.cameras, sog_bytes)
    tell("coarse", 1, 1)
    result = CompressResult(
        files=hash_outputs(output, (SOG, *((COARSE,) if has_coarse else ()), PREVIEW, FLYTHROUGH)),
        warnings=splat.warnings,
        gaussians=len(splat.gaussians),
        dropped=splat.dropped,
        bytes=sog_bytes,
        ratio=splat.ply_bytes / sog_bytes,
        psnr_vs_ply_db=verified.psnr_db,
        worst_psnr_vs_ply_db=verified.worst_psnr_db,
    )
    write_result(output, result)
    return result


def read_splat(folder: Path) -> Splat:
    """The one .ply of `folder`, cleaned; cameras and background where the folder has them."""
    path = _find_ply(folder)
    cleaned = clean(read_ply(path))
    cameras_path = folder / "cameras.json"
    georeferenced = cameras_path.exists()
    cameras = read_cameras(cameras_path) if georeferenced else []
    background, warnings = _background(folder / "result.json")
    return Splat(
        gaussians=cleaned.gaussians,
        cameras=cameras or rings(cleaned.gaussians, UP_COLMAP),
        georeferenced=bool(cameras),
        background_rgb=background,
        ply_bytes=path.stat().st_size,
        dropped=cleaned.dropped,
        warnings=cleaned.warnings + warnings,
    )


def _find_ply(folder: Path) -> Path:
    own = folder / "scene.ply"
    found = [own] if own.exists() else sorted(folder.rglob("*.[pP][lL][yY]"))
    if len(found) == 1:
        return found[0]
    names = ", ".join(path.name for path in found[:3])
    raise UserError(
        f"There are {len(found)} .ply files ({names})." if found else "There is no .ply file.",
        "Upload exactly one 3D Gaussian Splatting .ply.",
    )


def _background(path: Path) -> tuple[Rgb, tuple[str, ...]]:
    if not path.exists():
        return _BLACK, ()
    try:
        return TrainResult.model_validate_json(path.read_bytes()).background_rgb, ()
    except ValidationError:
        return _BLACK, ("result.json beside the splat is not ours; the background is black.",)


def write_verified(
    path: Path, splat: Splat, seen: Importance, tries: Sequence[Effort], tell: Tell
) -> Verified:
    """Encode, write, read back and compare, with more bytes each time, until it looks the same.

    Raises UserError when even plain rounding does not; the file is removed then.
    """
    verifier = Verifier(splat.gaussians, splat.cameras, splat.background_rgb)
    trial = path.with_name(f".{path.name}.trial")
    try:
        for effort in tries:
            write_bundle(trial, encode(splat.gaussians, seen, effort, tell))
            verified = verifier.verify(trial, lambda n, m: tell("verify", n, m))
            if verified.good:
                trial.replace(path)
                return verified
    finally:
        trial.unlink(missing_ok=True)
    raise UserError(
        f"Compressed, the splat looks different ({verified.psnr_db:.1f} dB): it covers a range of "
        "sizes that the format cannot hold.",
        "Crop the splat to the place itself, then upload it again.",
    )
