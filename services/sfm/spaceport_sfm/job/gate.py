"""Is the reconstruction good enough to train on? Refuses, or warns, in plain words."""

from collections.abc import Sequence
from dataclasses import dataclass

from spaceport_contracts.capture import RejectedPhoto
from spaceport_runtime.errors import UserError

MIN_PHOTOS = 3
REFUSE_BELOW = 0.7
WARN_BELOW = 0.9
SECOND_MODEL_SHARE = 0.1
MAX_ERROR_AT_1600_PX = 1.0
MIN_TRACK_LENGTH = 3.0
MAX_GPS_RMS_M = 3.0
MAX_HEIGHT_DISAGREEMENT = 0.15
MAX_PRINCIPAL_SHIFT = 0.05
NAMED_PHOTOS = 5

OVERLAP = (
    "Fly again with at least 75 % front and 70 % side overlap, at a steady height, and upload all "
    "photos of the flight."
)


@dataclass(frozen=True)
class Linkage:
    """How the photos of a capture hang together, by the user's names."""

    photos: Sequence[str]
    registered: Sequence[str]
    groups: Sequence[Sequence[str]]
    """Photos connected by verified matches, largest group first."""
    featureless: Sequence[str] = ()
    """Photos without texture: black, blank or completely blurred."""
    second_model: int = 0


@dataclass(frozen=True)
class Figures:
    """Figures of the placed model; heights are None when the scale is arbitrary."""

    reprojection_error_px: float
    longest_side_px: int
    mean_track_length: float
    gps_rms_m: float | None
    height_above_ground_m: float | None
    relative_altitude_m: float | None
    principal_shift: float
    """Principal point's distance from the centre, over the longer side."""


def check_enough(usable: int, given: int, rejected: Sequence[RejectedPhoto] = ()) -> None:
    """Refuse captures that no reconstruction is possible from.

    Raises:
        UserError: fewer than three different, readable photos.
    """
    if usable >= MIN_PHOTOS:
        return
    if given < MIN_PHOTOS:
        message = f"The capture has {_count(given)}, and three are the least that can work."
    else:
        example = f" ({rejected[0].name}: {rejected[0].reason})" if rejected else ""
        message = f"Only {usable} of {given} photos can be used{example}."
    raise UserError(message, "Upload at least 20 overlapping photos of the place.")


def check_linkage(linkage: Linkage) -> tuple[str, ...]:
    """Warnings about photos that could not be placed.

    Raises:
        UserError: too few photos were registered.
    """
    total, registered = len(linkage.photos), len(linkage.registered)
    if registered < MIN_PHOTOS or registered < REFUSE_BELOW * total:
        raise _refusal(linkage)
    warnings = []
    placed = set(linkage.registered)
    left_out = [name for name in linkage.photos if name not in placed]
    if left_out:
        text = f"{len(left_out)} of {total} photos could not be placed: {_names(left_out)}."
        if registered < WARN_BELOW * total:
            text += " Parts of the place may be missing; more overlap there would help."
        warnings.append(text)
    if linkage.second_model > SECOND_MODEL_SHARE * total:
        warnings.append(
            f"{linkage.second_model} photos form a second model that does not connect to the "
            "first; photos of the ground between the two would join them."
        )
    return tuple(warnings)


def _refusal(linkage: Linkage) -> UserError:
    total = len(linkage.photos)
    if len(linkage.featureless) > total - MIN_PHOTOS:
        return UserError(
            f"{len(linkage.featureless)} of {total} photos show no detail (black, blank or "
            f"blurred): {_names(linkage.featureless)}.",
            "Check the exposure and focus, and upload photos in which details can be seen.",
        )
    linked = linkage.groups[0] if linkage.groups else []
    if len(linked) < 2:
        return UserError(f"None of the {total} photos overlap.", OVERLAP)
    if len(linked) >= REFUSE_BELOW * total:
        return UserError(
            f"The photos show the same things, but only {_registered(linkage)} of {total} could be "
            "placed: they were taken from nearly the same spot, or too little stands still.",
            "Move sideways between photos instead of turning on the spot, and " + _lower(OVERLAP),
        )
    together = set(linked)
    apart = [name for name in linkage.photos if name not in together]
    return UserError(
        f"Only {len(linked)} of {total} photos hang together ({_names(linked)}); nothing connects "
        f"them to the others ({_names(apart)}).",
        OVERLAP,
    )


def check_figures(figures: Figures) -> tuple[str, ...]:
    """Warnings about a model that may be off.

    Raises:
        UserError: the ground lies above the cameras.
    """
    height_m = figures.height_above_ground_m
    if height_m is not None and height_m <= 0:
        raise UserError(
            "The model came out upside down: its ground lies above the cameras.",
            "Fly at least two parallel lines, so that GPS fixes which way is up.",
        )
    return tuple(text for text in (*_accuracy(figures), _height(figures)) if text)


def _accuracy(figures: Figures) -> list[str]:
    warnings = []
    limit_px = MAX_ERROR_AT_1600_PX * max(figures.longest_side_px, 1600) / 1600
    if figures.reprojection_error_px > limit_px:
        warnings.append(
            f"The reprojection error of {figures.reprojection_error_px:.2f} px is high; the photos "
            "may be blurred, or much in them moves."
        )
    if figures.mean_track_length < MIN_TRACK_LENGTH:
        warnings.append(
            f"Points are seen in {figures.mean_track_length:.1f} photos on average, three are "
            "safe: more overlap would help."
        )
    if figures.gps_rms_m is not None and figures.gps_rms_m > MAX_GPS_RMS_M:
        warnings.append(
            f"GPS and photos disagree by {figures.gps_rms_m:.1f} m; distances may be off."
        )
    if figures.principal_shift > MAX_PRINCIPAL_SHIFT:
        warnings.append(
            f"The optical centre came out {figures.principal_shift:.0%} of the width off the "
            "middle; cropped photos do that, and it can bend the model."
        )
    return warnings


def _height(figures: Figures) -> str:
    measured_m, flown_m = figures.height_above_ground_m, figures.relative_altitude_m
    if measured_m is None or flown_m is None or flown_m <= 0:
        return ""
    if abs(measured_m / flown_m - 1) <= MAX_HEIGHT_DISAGREEMENT:
        return ""
    return (
        f"The cameras are {measured_m:.1f} m above the ground in the model, the drone says "
        f"{flown_m:.1f} m above take-off; on level ground, heights may be off by as much."
    )


def _registered(linkage: Linkage) -> str:
    return str(len(linkage.registered)) if linkage.registered else "none"


def _count(number: int) -> str:
    return {0: "no photos", 1: "one photo", 2: "two photos"}.get(number, f"{number} photos")


def _names(names: Sequence[str]) -> str:
    listed = ", ".join(names[:NAMED_PHOTOS])
    return (
        listed if len(names) <= NAMED_PHOTOS else f"{listed} and {len(names) - NAMED_PHOTOS} more"
    )


def _lower(sentence: str) -> str:
    return sentence[0].lower() + sentence[1:]
