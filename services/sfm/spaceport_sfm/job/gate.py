"""Is the reconstruction good enough to train on? Refuses, or warns, in plain words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from spaceport_contracts.capture import RejectedPhoto
from spaceport_runtime.errors import UserError

MIN_PHOTOS = 3
# A group this large is a scene, whatever else was on the card; a smaller one must be most of it.
SMALL_GROUP = 5
SMALL_SHARE = 0.5
WARN_BELOW = 0.9
SECOND_MODEL_SHARE = 0.1
MAX_ERROR_AT_1600_PX = 1.0
MIN_TRACK_LENGTH = 3.0
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
    elsewhere_m: Mapping[str, float] = field(default_factory=dict)
    """Photos that are not registered and by their GPS are too far away to show the scene."""


@dataclass(frozen=True)
class Figures:
    """Figures of the placed model; heights are None when the scale is arbitrary."""

    reprojection_error_px: float
    longest_side_px: int
    mean_track_length: float
    height_above_ground_m: float | None
    relative_altitude_m: float | None
    principal_shift: float
    """Principal point's distance from the centre, over the longer side."""


def check_enough(usable: int, given: int, rejected: Sequence[RejectedPhoto]) -> None:
    """Ingest sends three photos or more; this is for what only a full decode finds out.

    Raises:
        UserError: fewer than three photos are left.
    """
    if usable >= MIN_PHOTOS:
        return
    example = f" ({rejected[0].name}: {rejected[0].reason})" if rejected else ""
    raise UserError(
        f"Only {usable} of {given} photos can be used{example}.",
        "Upload at least 20 overlapping photos of the place.",
    )


def check_linkage(linkage: Linkage) -> tuple[str, ...]:
    """Warnings about photos that could not be placed.

    The group that hangs together is the capture; what else was on the card is left out.

    Raises:
        UserError: the largest group is too small to be a scene.
    """
    total, registered = len(linkage.photos), len(linkage.registered)
    is_small = registered < SMALL_GROUP and registered < SMALL_SHARE * total
    if registered < MIN_PHOTOS or is_small:
        raise _refusal(linkage)
    warnings = []
    left_out = [name for name in _left_out(linkage) if name not in linkage.elsewhere_m]
    if linkage.elsewhere_m:
        warnings.append(_elsewhere(linkage))
    if left_out:
        text = f"{len(left_out)} of {total} photos could not be placed: {_names(left_out)}."
        if registered < WARN_BELOW * (registered + len(left_out)):
            text += " Parts of the place may be missing; more overlap there would help."
        warnings.append(text)
    if linkage.second_model > SECOND_MODEL_SHARE * total:
        warnings.append(
            f"{linkage.second_model} photos form a second model that does not connect to the "
            "first; photos of the ground between the two would join them."
        )
    return tuple(warnings)


def left_out(linkage: Linkage) -> tuple[RejectedPhoto, ...]:
    """Every photo that is not in the scene, with its reason."""
    blank = set(linkage.featureless)
    group_of = {name: group for group in linkage.groups for name in group}
    placed = set(linkage.registered)
    found = []
    for name in _left_out(linkage):
        group = group_of.get(name, [name])
        if name in linkage.elsewhere_m:
            reason = f"It was taken {_away(linkage.elsewhere_m[name])} from this scene."
        elif name in blank:
            reason = "It shows no detail: black, blank or blurred."
        elif placed & set(group):
            reason = "It shows the place, but from where could not be found."
        elif len(group) > 1:
            reason = f"It belongs to {len(group)} photos that nothing connects to this scene."
        else:
            reason = "Nothing connects it to the other photos."
        found.append(RejectedPhoto(name=name, reason=reason))
    return tuple(found)


def _elsewhere(linkage: Linkage) -> str:
    names = list(linkage.elsewhere_m)
    return (
        f"{len(names)} of {len(linkage.photos)} photos were taken "
        f"{_away(min(linkage.elsewhere_m.values()))} or more from this scene and are not in it: "
        f"{_names(names)}; upload them as a capture of their own."
    )


def _away(distance_m: float) -> str:
    return f"{distance_m / 1000:,.0f} km"


def _left_out(linkage: Linkage) -> list[str]:
    placed = set(linkage.registered)
    return [name for name in linkage.photos if name not in placed]


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
    if len(linked) >= max(SMALL_GROUP, SMALL_SHARE * total):
        return UserError(
            f"The photos show the same things, but {_registered(linkage)} of {total} could be "
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
    """Warnings about a model that may be off."""
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
    if figures.principal_shift > MAX_PRINCIPAL_SHIFT:
        warnings.append(
            f"The optical centre came out {figures.principal_shift:.0%} of the width off the "
            "middle; cropped photos do that, and it can bend the model."
        )
    return warnings


def _height(figures: Figures) -> str:
    measured_m, flown_m = figures.height_above_ground_m, figures.relative_altitude_m
    if measured_m is None:
        return ""
    if measured_m <= 0:
        return (
            "What the photos show lies above the cameras; if they were taken from the air, the "
            "model is upside down."
        )
    if flown_m is None or flown_m <= 0:
        return ""
    if abs(measured_m / flown_m - 1) <= MAX_HEIGHT_DISAGREEMENT:
        return ""
    return (
        f"The cameras are {measured_m:.1f} m above the ground in the model, the drone says "
        f"{flown_m:.1f} m above take-off; on level ground, heights may be off by as much."
    )


def _registered(linkage: Linkage) -> str:
    return f"only {len(linkage.registered)}" if linkage.registered else "none"


def _names(names: Sequence[str]) -> str:
    listed = ", ".join(names[:NAMED_PHOTOS])
    return (
        listed if len(names) <= NAMED_PHOTOS else f"{listed} and {len(names) - NAMED_PHOTOS} more"
    )


def _lower(sentence: str) -> str:
    return sentence[0].lower() + sentence[1:]
