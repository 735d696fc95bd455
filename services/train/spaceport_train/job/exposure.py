"""Exposure and white balance of every photo, found beside the splat.

A camera that exposes every photo anew tells of a scene that flickers: the splat blurs, and fits the
rest with colours that depend on the direction. So each photo has a gain per colour channel (the
exposure times the white balance, as in PPISP, 2601.18336), and is compared with the splat through
it. A gain of the values that a display gets is one of the light, too, but for the gamma.

Nothing in the photos tells a gain from the scene's own brightness. Where exposure drifts over a
flight the splat may show that as well: neighbouring views agree, and so will a view between them.
So a gain is only what a photo differs by from those taken just before and after it, and a capture
that hardly flickers has none: what a splat shows without gains is what viewers see.
"""

import math

import numpy as np
import numpy.typing as npt

from spaceport_splat.kernels import Floats

FOLLOW = 0.3  # of what a look measured: the mean of the last few looks at a photo
REACH = 2  # photos before and after: fewer would share a jump with the next one
STEADY = math.log(2) / 2.2 / 3  # a third of a stop on a display: the finest step cameras set
MOST = 1.0  # natural logarithm: 1.4 stops of the display's values, 3 of light
_LEAST_MEAN = 1e-3  # a black photo has no exposure

Doubles = npt.NDArray[np.float64]


class Exposures:
    """The gains of all photos, by how their mean colours differ from the splat's.

    logs: float64[photos, 3], natural logarithms of what was measured, NaN before the first look;
    photos in the order in which they were taken.
    """

    def __init__(self, photos: int) -> None:
        self.logs = np.full((photos, 3), np.nan)

    def gain(self, photo: int) -> Floats:
        """float32[3, 1, 1]: what an image of float32[3, H, W] is multiplied with."""
        apart = self._apart()
        flicker = math.sqrt((apart**2).mean(axis=1).sum() / max(self._known.sum(), 1))
        log = apart[photo] if flicker > STEADY else np.zeros(3)
        return np.exp(log).astype(np.float32)[:, None, None]

    def measure(self, photo: int, render: Floats, wanted: Floats) -> None:
        """Follow the mean colours, [3] each: of the splat without a gain, and of the photo."""
        ratio = np.log(np.maximum(wanted, _LEAST_MEAN) / np.maximum(render, _LEAST_MEAN))
        ratio = np.clip(ratio, -MOST, MOST)
        known = self._known[photo]
        self.logs[photo] = self.logs[photo] * (1 - FOLLOW) + FOLLOW * ratio if known else ratio

    @property
    def _known(self) -> npt.NDArray[np.bool_]:
        return np.asarray(~np.isnan(self.logs).any(axis=1))

    def _apart(self) -> Doubles:
        """float64[photos, 3]: each less the mean of those around it and itself; 0 if not known."""
        known = self._known
        logs = np.where(known[:, None], self.logs, 0.0)
        sums = np.stack([_around(column) for column in (*logs.T, known.astype(np.float64))], axis=1)
        means = sums[:, :3] / np.maximum(sums[:, 3:], 1)
        return np.where(known[:, None], logs - means, 0.0)


def _around(values: Doubles) -> Doubles:
    """The sum of each value and the REACH before and after it."""
    return np.convolve(values, np.ones(2 * REACH + 1))[REACH:-REACH]
