"""From single verdicts to the capture: copies out, too few is too few, oddities are said."""

from collections import Counter
from collections.abc import Sequence

from spaceport_contracts.capture import Capture, Photo, RejectedPhoto
from spaceport_ingest.inspect.photos.candidates import Verdict
from spaceport_ingest.inspect.photos.photo import GoodPhoto
from spaceport_ingest.rejection import CaptureRefused, count, shown, some
from spaceport_ingest.settings import Limits

ADVICE = (
    "Upload at least {0} sharp JPEG photos of the same place from different positions, with 70 % "
    "overlap."
)


def without_copies(verdicts: Sequence[Verdict]) -> list[Verdict]:
    """Every picture once; the copies become rejections that name the original."""
    first: dict[str, str] = {}
    judged: list[Verdict] = []
    for verdict in verdicts:
        if isinstance(verdict, GoodPhoto):
            name = verdict.photo.name
            original = first.setdefault(verdict.fingerprint, name)
            if original != name:
                reason = f"It is a copy of {shown(original)}; one of them is enough."
                judged.append(RejectedPhoto(name=name, reason=reason))
                continue
        judged.append(verdict)
    return judged


def judge(
    prefix: str, verdicts: Sequence[Verdict], warnings: tuple[str, ...], limits: Limits
) -> Capture:
    """The capture; raises CaptureRefused when too few photos are usable."""
    unique = without_copies(verdicts)
    photos = tuple(verdict.photo for verdict in unique if isinstance(verdict, GoodPhoto))
    rejected = tuple(verdict for verdict in unique if isinstance(verdict, RejectedPhoto))
    readable = sum(isinstance(verdict, GoodPhoto) for verdict in verdicts)
    if len(photos) < limits.min_photos:
        raise CaptureRefused(
            _too_few(photos, rejected, readable, limits),
            ADVICE.format(limits.min_photos),
            rejected,
        )
    return Capture(
        photos_prefix=prefix,
        photos=photos,
        rejected=rejected,
        warnings=warnings + _oddities(photos),
    )


def _too_few(
    photos: tuple[Photo, ...],
    rejected: tuple[RejectedPhoto, ...],
    readable: int,
    limits: Limits,
) -> str:
    if not photos and not rejected:
        return "The upload holds no photos."
    if not photos:
        first = rejected[0]
        lead = "The only photo" if len(rejected) == 1 else f"None of the {len(rejected)} photos"
        verb = "cannot be used" if len(rejected) == 1 else "can be used"
        return f"{lead} {verb}; {shown(first.name)}: {_clause(first.reason)}."
    if len(photos) == 1 and readable == len(rejected) + 1 and readable > 1:
        return f"All {readable} photos are the same picture ({shown(photos[0].name)})."
    needed = f"at least {limits.min_photos} are needed"
    if not rejected:
        return f"The upload holds only {count(len(photos), 'photo')}; {needed}."
    total = len(photos) + len(rejected)
    first = rejected[0]
    return (
        f"Only {len(photos)} of {count(total, 'photo')} can be used and {needed}; "
        f"{shown(first.name)}: {_clause(first.reason)}."
    )


def _clause(reason: str) -> str:
    """The reason without its remedy, to stand inside another sentence."""
    said = reason.partition(";")[0].rstrip(".")
    return said[0].lower() + said[1:]


def _oddities(photos: tuple[Photo, ...]) -> tuple[str, ...]:
    return _gps_warnings(photos) + _camera_warnings(photos)


def _gps_warnings(photos: tuple[Photo, ...]) -> tuple[str, ...]:
    missing = [photo.name for photo in photos if photo.latitude_deg is None]
    if not missing:
        return ()
    if len(missing) == len(photos):
        return ("No photo carries GPS: the result has no true scale, heading or place.",)
    verb = "carries" if len(missing) == 1 else "carry"
    return (f"{count(len(missing), 'photo')} of {len(photos)} {verb} no GPS: {some(missing)}.",)


def _camera_warnings(photos: tuple[Photo, ...]) -> tuple[str, ...]:
    cameras = Counter(
        (
            f"{photo.make} {photo.model}".strip() or "unknown camera",
            *sorted((photo.width_px, photo.height_px), reverse=True),
        )
        for photo in photos
    )
    if len(cameras) < 2:
        return ()
    listed = [
        f"{name} {width_px} x {height_px} ({number})"
        for (name, width_px, height_px), number in cameras.most_common()
    ]
    return (f"The photos come from {len(cameras)} cameras or sizes: {some(listed, 4)}.",)
