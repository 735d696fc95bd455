"""From what was found out about each photo to the verdicts: many of them need the others."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from statistics import quantiles

from spaceport_contracts.capture import ImageKind, Photo
from spaceport_ingest.inspect.verdicts.finding import Finding
from spaceport_ingest.inspect.verdicts.places import far_away_m
from spaceport_ingest.inspect.verdicts.verdict import PhotoVerdict, VerdictKind
from spaceport_ingest.rejection import shown

# Measured (bench/front/verdicts.py): of 185 sharp photos none is above 0.39, and of 1,488
# sixteenths of such photos none above 0.51; a camera that moved by 8 pixels of 1,600 makes 0.54 at
# the median.
BLURRED = 0.52
# A camera that is soft by itself must not count: its sharper photos say how sharp it can be.
WORSE_THAN_ITS_CAMERA = 0.12
FEW = 5
HOPELESS = 0.78  # nothing finer is left than 1/100 of the width; only then alone
VIDEO_SIDES = {(1280, 720), (1920, 1080), (2704, 1520), (2720, 1530), (3840, 2160), (4096, 2160)}
VIDEO_SIDES |= {(5120, 2880), (7680, 4320)}
Camera = tuple[str, str, int, int, ImageKind]
Findings = Mapping[int, Finding]
FLY_AGAIN = "Fly slower or in more light, hover for each photo, and take it again."


def verdicts_on(findings: Findings, names: Mapping[int, str]) -> dict[int, PhotoVerdict]:
    """One verdict per finding, by number; `names` are what the user calls the photos."""
    photos = {n: found.photo for n, found in sorted(findings.items()) if found.photo is not None}
    judge = _Judge(findings, photos, names)
    return {number: judge.verdict(number) for number in findings}


class _Judge:
    """What is known of all photos together."""

    def __init__(
        self, findings: Findings, photos: Mapping[int, Photo], names: Mapping[int, str]
    ) -> None:
        self._findings, self._photos, self._names = findings, photos, names
        self._first: dict[str, int] = {}
        for number in photos:
            self._first.setdefault(findings[number].fingerprint, number)
        cameras = Counter(map(camera_of, photos.values()))
        self._main = cameras.most_common(1)[0][0] if cameras else None
        self._usual = _usual_blur(findings, photos)
        self._heat = sum(photo.image_kind is ImageKind.THERMAL for photo in photos.values())
        self._far = far_away_m(photos)

    def verdict(self, number: int) -> PhotoVerdict:
        """The first that is the matter, the gravest first."""
        found = self._findings[number]
        if found.photo is None:
            reason, _, remedy = found.refused.partition("; ")
            told = f"{reason.rstrip('.')}."
            return PhotoVerdict(ok=False, kind=found.kind, reason=told, remedy=_sentence(remedy))
        for verdict in self._troubles(number, found, found.photo):
            return verdict
        return PhotoVerdict(ok=True)

    def _troubles(self, number: int, found: Finding, photo: Photo) -> Iterator[PhotoVerdict]:
        original = self._first[found.fingerprint]
        if original != number:
            name = shown(self._names.get(original, photo.name))
            yield _bad(VerdictKind.DUPLICATE, f"It is a copy of {name}.", "One of them is enough.")
        if photo.image_kind is ImageKind.THERMAL and self._heat * 2 <= len(self._photos):
            reason = "It shows heat and not light, as the others do."
            yield _bad(VerdictKind.WRONG_KIND, reason, "Leave it out, or upload heat alone.")
        if found.exposure_fault:
            remedy = "Set the exposure for the ground, and take it again."
            yield _bad(VerdictKind.BADLY_EXPOSED, f"{found.exposure_fault}.", remedy)
        if self._is_blurred(found.blur, camera_of(photo)):
            yield _bad(VerdictKind.BLURRED, "It is blurred.", FLY_AGAIN)
        yield from self._oddities(number, photo)

    def _is_blurred(self, blur: float, camera: Camera) -> bool:
        if blur < BLURRED:
            return False
        usual = self._usual.get(camera)
        return blur >= (HOPELESS if usual is None else usual + WORSE_THAN_ITS_CAMERA)

    def _oddities(self, number: int, photo: Photo) -> Iterator[PhotoVerdict]:
        """What does no harm by itself: the photo is used."""
        far_m = self._far.get(number)
        if far_m is not None:
            yield _odd(
                VerdictKind.OUTLIER,
                f"It was taken {far_m / 1000:.1f} km away from the others.",
                "Leave it out if it shows another place.",
            )
        if camera_of(photo) != self._main:
            yield _odd(
                VerdictKind.OTHER_CAMERA,
                "Most of the photos come from another camera, or have another size.",
                "Use one camera and one size where you can.",
            )
        sides = max(photo.width_px, photo.height_px), min(photo.width_px, photo.height_px)
        if sides in VIDEO_SIDES and not photo.make and photo.focal_35mm is None:
            yield _odd(
                VerdictKind.WRONG_KIND,
                "It seems to be a frame of a video.",
                "Take still photos: they are sharper, and know where they were taken.",
            )
        if photo.latitude_deg is None:
            yield _odd(
                VerdictKind.NO_GPS,
                "It does not say where it was taken.",
                "Wait for the drone's GPS before you take photos, and keep the original files.",
            )


def camera_of(photo: Photo) -> Camera:
    """Photos of one camera are alike in how sharp they can be."""
    sides = sorted((photo.width_px, photo.height_px))
    return (photo.make, photo.model, sides[1], sides[0], photo.image_kind)


def _usual_blur(findings: Findings, photos: Mapping[int, Photo]) -> dict[Camera, float]:
    """How sharp a camera's better photos are; not of one that took few."""
    taken: defaultdict[Camera, list[float]] = defaultdict(list)
    for number, photo in photos.items():
        taken[camera_of(photo)].append(findings[number].blur)
    return {
        camera: quantiles(blurs, n=4)[0] for camera, blurs in taken.items() if len(blurs) >= FEW
    }


def _bad(kind: VerdictKind, reason: str, remedy: str) -> PhotoVerdict:
    return PhotoVerdict(ok=False, kind=kind, reason=reason, remedy=remedy)


def _odd(kind: VerdictKind, reason: str, remedy: str) -> PhotoVerdict:
    return PhotoVerdict(ok=True, kind=kind, reason=reason, remedy=remedy)


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:].rstrip('.')}." if text else "Leave it out."
