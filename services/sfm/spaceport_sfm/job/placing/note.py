"""How sure the frame is, in words: one sentence for the report, and what is worth a warning."""

from spaceport_sfm.job.placing.cues import GROUND_PLANE, SUPPOSED_DOWN
from spaceport_sfm.job.placing.fit import GPS_HEIGHTS, Fit
from spaceport_sfm.job.placing.sure import MANY
from spaceport_sfm.job.placing.upright import Upright

LOST_LETTERS = (
    "The letters of the hemisphere (N, S, E, W) are missing from the GPS positions or wrong, so "
    "they were not used; mend them, or upload the photos as the camera wrote them."
)
DOUBTFUL_UP_DEG = 3.5
# The sentence says the figure in any case; a surveyor is warned where one capture in a hundred, or
# more, is off by more than this.
DOUBTFUL_SCALE, DOUBTFUL_CHANCE = 0.02, 0.01
FEW_LOCATED = 6
KILOMETRES_FROM_M = 10_000.0
# Nobody would believe 0.0.
LEAST_SAID = 0.1


def fit_note(fit: Fit) -> str:
    """Where up, scale, heading and heights come from, of a model that lies on its GPS."""
    return (
        f"Up comes from {_up(fit.upright)}; scale and heading come from the GPS of "
        f"{int(fit.bearing.used.sum())} photos (within {_percent(fit.scale_within)} and "
        f"{fit.heading_within_deg:.1f} degrees); {_heights(fit)}."
    )


def level_note(upright: Upright, compass: bool) -> str:
    """The same of a model without usable GPS."""
    heading = "heading comes from the compass" if compass else "heading is arbitrary"
    return (
        f"Up comes from {_up(upright)}; {heading}; scale and heights are arbitrary: one unit is a "
        "tenth of the cameras' height."
    )


def fit_warnings(fit: Fit, photos: int) -> tuple[str, ...]:
    """What a user of the frame must know."""
    said = (
        _far(fit),
        _few(fit, photos),
        _wrong_heights(fit),
        _heights_off(fit),
        _supposed(fit.upright),
        _up_doubt(fit.upright),
        _scale_doubt(fit),
        _no_altitude(fit),
    )
    return tuple(text for text in said if text)


def level_warnings(upright: Upright, compass: bool) -> tuple[str, ...]:
    """What a user of a frame without GPS must know."""
    lost = "scale is" if compass else "scale and heading are"
    gone = f"The photos carry no usable GPS: the model's {lost} arbitrary."
    return tuple(text for text in (gone, _supposed(upright), _up_doubt(upright)) if text)


def _up(upright: Upright) -> str:
    names = list(upright.agreeing) or ["how cameras are usually held"]
    listed = " and ".join(filter(None, [", ".join(names[:-1]), names[-1]]))
    against = f", against {' and '.join(upright.disagreeing)}" if upright.disagreeing else ""
    return f"{listed}{against} (within {max(upright.within_deg, LEAST_SAID):.1f} degrees)"


def _heights(fit: Fit) -> str:
    if fit.slope is None:
        return "heights come from the photos, and their zero from " + (
            "GPS" if fit.knows_altitude else "the cameras"
        )
    source = "height above take-off" if fit.located.altitudes.relative else "GPS altitude"
    flights = f", with an offset for each of {fit.slope.flights} flights"
    if GPS_HEIGHTS not in fit.upright.agreeing:
        return f"heights come from the photos, and only their zero from the {source}"
    return (
        f"heights come from the {source} (within {max(MANY * fit.slope.error_m, LEAST_SAID):.1f} m"
        + (flights if fit.slope.flights > 1 else "")
        + ")"
    )


def _far(fit: Fit) -> str:
    used = fit.bearing.used
    if used.all():
        return ""
    count, off = int((~used).sum()), _metres(float(fit.residuals_m[~used].min()))
    if fit.agree_apart:
        return (
            f"{count} of {len(used)} photos lie more than {off} from where their GPS has them, all "
            "in the same way: sides that look alike may have been taken for each other (then more "
            "photos around the corner between them would help), or the GPS jumped."
        )
    return f"The GPS of {count} of {len(used)} photos is more than {off} off and was not used."


def _wrong_heights(fit: Fit) -> str:
    wrong = fit.wrong_height & fit.bearing.used
    if not wrong.any():
        return ""
    return (
        f"The altitude of {int(wrong.sum())} of {len(wrong)} photos is more than "
        f"{_metres(float(fit.residuals_m[wrong].min()))} off and was not used."
    )


def _metres(distance_m: float) -> str:
    """A little less, so that "more than" holds."""
    least_m = 0.99 * distance_m
    return f"{least_m:,.0f} m" if least_m < KILOMETRES_FROM_M else f"{least_m / 1000:,.0f} km"


def _few(fit: Fit, photos: int) -> str:
    count = int(fit.bearing.used.sum())
    if count >= FEW_LOCATED or count >= photos:
        return ""
    return (
        f"Only {count} of {photos} photos carry GPS that can be used: place, scale and heading "
        "rest on them, and little checks them."
    )


def _heights_off(fit: Fit) -> str:
    if fit.slope is None:
        return ""
    if GPS_HEIGHTS not in fit.upright.disagreeing:
        return ""
    return (
        f"The altitudes in the photos contradict the photos about which way is up, by "
        f"{fit.slope.tilt_deg:.0f} degrees, so they were not used for it."
    )


def _up_doubt(upright: Upright) -> str:
    if upright.within_deg < DOUBTFUL_UP_DEG:
        return ""
    return (
        f"Which way is up is known within about {upright.within_deg:.0f} degrees only; a second "
        "line of photos beside the first, or a drone that writes its gimbal angles, would tell."
    )


def _supposed(upright: Upright) -> str:
    if upright.settled or not {SUPPOSED_DOWN, GROUND_PLANE} & set(upright.agreeing):
        return ""
    return (
        "Nothing in the photos says whether they look down or at a wall; they were taken to look "
        "down."
    )


def _scale_doubt(fit: Fit) -> str:
    if fit.scale_chance(DOUBTFUL_SCALE) < DOUBTFUL_CHANCE:
        return ""
    return (
        f"GPS is off by about {fit.bearing.error_m:.1f} m over {2 * fit.bearing.spread_m:.0f} m: "
        f"distances may be wrong by {_percent(fit.scale_within)}."
    )


def _no_altitude(fit: Fit) -> str:
    if fit.knows_altitude:
        return ""
    return "No photo carries an altitude: heights above sea level are unknown."


def _percent(share: float) -> str:
    return f"{share:.1%}" if share < 0.1 else f"{share:.0%}"
