"""Photos that the capture has twice: thermal pictures beside visible ones, small twins of large."""

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Sequence

from spaceport_contracts.capture import ImageKind, Photo, RejectedPhoto

FEWEST = 3
# A thermal sensor has a fraction of the pixels; a second lens has about as many.
SMALL_RATIO = 0.4
TWIN_SHARE = 0.8
SAME_PLACE_DEG = 2e-5
# Two sensors write two files, one after the other; their clocks count whole seconds.
SAME_TIME_S = 1.0

Group = tuple[str, str, int, int]


def leave_out_twins(photos: Sequence[Photo]) -> tuple[list[Photo], list[RejectedPhoto]]:
    """The photos to reconstruct from, and the ones whose better twin is among them.

    Heat and light show different edges: matching across them costs time and finds nothing. A
    capture that is thermal throughout is used as it is.
    """
    visible = [photo for photo in photos if photo.image_kind is not ImageKind.THERMAL]
    rejected: list[RejectedPhoto] = []
    if len(visible) >= FEWEST:
        rejected = [
            RejectedPhoto(
                name=photo.name, reason="It shows heat; the photos of the visible light are used."
            )
            for photo in photos
            if photo.image_kind is ImageKind.THERMAL
        ]
        photos = visible
    small = _small_twins(photos)
    rejected += [
        RejectedPhoto(
            name=photo.name,
            reason=f"It is the small twin ({photo.width_px} x {photo.height_px}) of a larger photo "
            "taken at the same time; that one is used.",
        )
        for photo in photos
        if photo.name in small
    ]
    return [photo for photo in photos if photo.name not in small], rejected


def _small_twins(photos: Sequence[Photo]) -> set[str]:
    groups: dict[Group, list[Photo]] = defaultdict(list)
    for photo in photos:
        key = (photo.make, photo.model, photo.width_px, photo.height_px)
        groups[key].append(photo)
    found: set[str] = set()
    for small, members in groups.items():
        for large, others in groups.items():
            if max(small[2:]) < SMALL_RATIO * max(large[2:]) and _are_twins(members, others):
                found |= {photo.name for photo in members}
    return found


def _are_twins(small: Sequence[Photo], large: Sequence[Photo]) -> bool:
    """Most of the small ones were taken in the second and at the place of a large one."""
    if min(len(small), len(large)) < FEWEST:
        return False
    timed = sorted(
        ((photo.taken_at.timestamp(), photo) for photo in large if photo.taken_at is not None),
        key=lambda item: item[0],
    )
    seconds = [second for second, _ in timed]
    paired = 0
    for photo in small:
        if photo.taken_at is None:
            continue
        at = photo.taken_at.timestamp()
        near = timed[
            bisect_left(seconds, at - SAME_TIME_S) : bisect_right(seconds, at + SAME_TIME_S)
        ]
        paired += any(_same_place(photo, other) for _, other in near)
    return paired >= TWIN_SHARE * len(small)


def _same_place(first: Photo, second: Photo) -> bool:
    if first.latitude_deg is None or second.latitude_deg is None:
        return first.latitude_deg is second.latitude_deg
    if first.longitude_deg is None or second.longitude_deg is None:
        return False
    return (
        abs(first.latitude_deg - second.latitude_deg) < SAME_PLACE_DEG
        and abs(first.longitude_deg - second.longitude_deg) < SAME_PLACE_DEG
    )
