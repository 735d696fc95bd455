"""Photos that show the same from the same spot: brackets of exposures, bursts, a finger that shook.

They have no parallax between them, so each pair of them links photos without telling where they
are, and the neighbours of a place are all itself. One of each is enough.
"""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from spaceport_contracts.capture import RejectedPhoto
from spaceport_sfm.job.photos.prepare import Prepared

WITHIN_S = 2.0
# At this width a photo moved by a hundredth of its width is another one; other exposures are alike.
COARSE_PX, DETAIL_PX = 64, 640
ALIKE = 0.9
MIDDLE_GREY = 118.0
FEWEST_LEFT = 3

Grey = NDArray[np.float64]


def leave_out_repeats(
    prepared: Sequence[Prepared], images: Path
) -> tuple[list[Prepared], list[RejectedPhoto]]:
    """The photos to reconstruct from, and those that repeat one of them.

    Of each group the best exposed stays, of those alike the sharpest.

    Args:
        images: folder of the decoded photos.
    """
    groups = [
        sorted(group, key=lambda one: _rank(images / one.name)) if len(group) > 1 else group
        for group in _groups(prepared, images)
    ]
    if len(groups) < FEWEST_LEFT:
        return list(prepared), []
    kept = {group[0].name for group in groups}
    rejected = [
        RejectedPhoto(
            name=one.photo.name,
            reason=f"It shows the same as {group[0].photo.name} from the same spot; that one is "
            "better exposed or sharper, and is used.",
        )
        for group in groups
        for one in group[1:]
    ]
    return [one for one in prepared if one.name in kept], rejected


def _groups(prepared: Sequence[Prepared], images: Path) -> list[list[Prepared]]:
    """Photos within two seconds of the first of their group that look like it."""
    timed = [
        (one.photo.taken_at.timestamp(), one) for one in prepared if one.photo.taken_at is not None
    ]
    groups = [[one] for one in prepared if one.photo.taken_at is None]
    opened: list[tuple[float, list[Prepared]]] = []
    looks: dict[str, Grey] = {}

    def look(one: Prepared) -> Grey:
        if one.name not in looks:
            looks[one.name] = _coarse(images / one.name)
        return looks[one.name]

    for second, one in sorted(timed, key=lambda item: (item[0], item[1].name)):
        near = [group for first, group in opened if second - first <= WITHIN_S]
        same = next((group for group in near if _alike(look(group[0]), look(one))), None)
        if same is not None:
            same.append(one)
            continue
        opened = [item for item in opened if any(item[1] is group for group in near)]
        groups.append([one])
        opened.append((second, groups[-1]))
    return groups


def _alike(first: Grey, second: Grey) -> bool:
    """Correlation: what an exposure does to all of a photo alike counts little."""
    return first.shape == second.shape and float((first * second).mean()) > ALIKE


def _coarse(path: Path) -> Grey:
    """The photo at a glance, at mean 0 and deviation 1."""
    grey = _grey(path, COARSE_PX)
    return np.asarray((grey - grey.mean()) / max(float(grey.std()), 1e-9))


def _rank(path: Path) -> tuple[int, float]:
    """How many half stops the photo is from the middle, then how little detail it shows."""
    grey = _grey(path, DETAIL_PX)
    across, down = np.diff(grey, axis=1), np.diff(grey, axis=0)
    off = abs(np.log2(max(float(grey.mean()), 1.0) / MIDDLE_GREY))
    return round(2 * off), -float(np.mean(across**2) + np.mean(down**2))


def _grey(path: Path, width_px: int) -> Grey:
    with Image.open(path) as image:
        height_px = max(1, round(image.height * width_px / image.width))
        image.draft("L", (width_px, height_px))
        small = image.convert("L").resize((width_px, height_px), Image.Resampling.BOX)
        return np.asarray(small, dtype=np.float64)
