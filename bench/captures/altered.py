"""More captures that people have, altered from real photos: kinds that ../shared/cases lacks."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
from PIL import Image, ImageFilter

WIDTH_PX = 1000
EXIF_IFD, GPS_IFD = 0x8769, 0x8825
ORIENTATION, TAKEN, FOCAL_35MM, MAKER_NOTE = 0x0112, 0x9003, 0xA405, 0x927C
QUARTER_TURN, QUARTER_TURN_BACK = 6, 8
STEP_EV = 1.3
ZOOM = 1.5


def open_photo(path: Path) -> tuple[Image.Image, Image.Exif]:
    """The photo at the working width, and its EXIF with the folders that it has."""
    with Image.open(path) as image:
        exif = image.getexif()
        exif.get_ifd(EXIF_IFD).pop(MAKER_NOTE, None)
        exif.get_ifd(GPS_IFD)
        height_px = round(image.height * WIDTH_PX / image.width)
        return image.convert("RGB").resize((WIDTH_PX, height_px), Image.Resampling.LANCZOS), exif


def save_photo(image: Image.Image, target: Path, exif: Image.Exif | None = None) -> None:
    """A JPEG, with these tags or none."""
    image.save(target, "JPEG", quality=92, exif=exif.tobytes() if exif else b"")


def photos_of(source: Path, count: int) -> list[Path]:
    """The first photos of a folder."""
    return sorted(path for path in source.iterdir() if path.suffix.lower() == ".jpg")[:count]


def turned(source: Path, target: Path) -> None:
    """Pixels lie on their side, and the tag says so: half to the left, half to the right."""
    for number, path in enumerate(photos_of(source, 12)):
        image, exif = open_photo(path)
        way = QUARTER_TURN if number % 2 else QUARTER_TURN_BACK
        exif[ORIENTATION] = way
        lying = image.rotate(90 if way == QUARTER_TURN else -90, expand=True)
        save_photo(lying, target / path.name, exif)


def lens_swap(source: Path, target: Path) -> None:
    """The second half through another lens, which EXIF names; the model is the same."""
    for number, path in enumerate(photos_of(source, 12)):
        image, exif = open_photo(path)
        if number >= 6:
            width, height = image.size
            left, top = width * (1 - 1 / ZOOM) / 2, height * (1 - 1 / ZOOM) / 2
            box = (left, top, width - left, height - top)
            image = image.resize((width, height), Image.Resampling.LANCZOS, box=box)
            tags = exif.get_ifd(EXIF_IFD)
            tags[FOCAL_35MM] = round(tags[FOCAL_35MM] * ZOOM)
        save_photo(image, target / path.name, exif)


def two_cameras(source: Path, target: Path) -> None:
    """The same, by two cameras with as many pixels, and nothing of them in the files."""
    lens_swap(source, target)
    for path in target.iterdir():
        image, _ = open_photo(path)
        save_photo(image, path)


def brackets(source: Path, target: Path) -> None:
    """Three exposures of every place, in the same second."""
    for path in photos_of(source, 8):
        image, exif = open_photo(path)
        linear = (np.asarray(image) / 255.0) ** 2.2
        for number, ev in enumerate((0.0, -STEP_EV, STEP_EV)):
            exposed = np.clip(linear * 2**ev, 0, 1) ** (1 / 2.2) * 255
            changed = Image.fromarray(exposed.round().astype(np.uint8))
            save_photo(changed, target / f"{path.stem}_{number}.JPG", exif)


def bursts(source: Path, target: Path) -> None:
    """Every photo four times, as a burst leaves them: a pixel further, a little blurred."""
    for path in photos_of(source, 6):
        image, exif = open_photo(path)
        for number in range(4):
            moved = image.transform(image.size, Image.Transform.AFFINE, (1, 0, number, 0, 1, 0))
            blurred = moved.filter(ImageFilter.GaussianBlur(0.2 * number))
            save_photo(blurred, target / f"{path.stem}_BURST{number}.JPG", exif)


def heat_unnamed(source: Path, target: Path) -> None:
    """Thermal twins that no name and no tag tells from the others, written a second later."""
    for path in photos_of(source, 12):
        image, exif = open_photo(path)
        save_photo(image, target / path.name, exif)
        heat = image.convert("L").resize((320, 256)).filter(ImageFilter.GaussianBlur(1.5))
        false = np.stack([np.asarray(heat), 255 - np.asarray(heat), np.asarray(heat) // 2], axis=2)
        tags = exif.get_ifd(EXIF_IFD)
        seconds = int(tags[TAKEN][-2:])
        tags[TAKEN] = f"{tags[TAKEN][:-2]}{min(seconds + 1, 59):02d}"
        save_photo(Image.fromarray(false), target / f"{path.stem.replace('DJI', 'IRX')}.JPG", exif)


def pilot(source: Path, target: Path) -> None:
    """One photo of somebody among the others: smooth shapes, the same camera, the same place."""
    paths = photos_of(source, 12)
    for path in paths:
        image, exif = open_photo(path)
        save_photo(image, target / path.name, exif)
    image, exif = open_photo(paths[0])
    rng = np.random.default_rng(1)
    coarse = Image.fromarray(rng.integers(0, 255, (14, 25, 3), dtype=np.uint8))
    save_photo(coarse.resize(image.size, Image.Resampling.BICUBIC), target / "DJI_0099.JPG", exif)


def video_frames(source: Path, target: Path) -> None:
    """Stills out of a video: 1280 x 720, no tags, names by number."""
    for number, path in enumerate(photos_of(source, 18)):
        image, _ = open_photo(path)
        save_photo(image.resize((1280, 720)), target / f"frame_{number:05d}.jpg")


ALTERED: dict[str, Callable[[Path, Path], None]] = {
    function.__name__: function
    for function in (
        turned,
        lens_swap,
        two_cameras,
        brackets,
        bursts,
        heat_unnamed,
        pilot,
        video_frames,
    )
}
