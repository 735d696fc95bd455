"""What changes while a splat is trained, by the fraction of the steps that is done."""

from dataclasses import dataclass

SH_EVERY = 0.08  # one more degree of spherical harmonics
LEVELS = ((0.3, 1), (0.1, 2), (0.0, 4))  # from this fraction on, photos are 1/n as large
DENSIFY_UNTIL = 0.6
DENSIFY_TIMES = 24
DENSIFY_LEAST_STEPS = 20  # Adam needs some steps to settle what was moved
EVALUATE_FROM = 0.3
FINALE = 0.15  # of the steps: the last part
EVALUATE_TIMES = 10
MEANS_RATE, MEANS_RATE_END = 1.6e-4, 0.01
RATES = {"quats": 1e-3, "scales": 5e-3, "opacities": 5e-2, "sh0": 2.5e-3, "shN": 1.25e-4}
RATES_STEPS = 30_000  # for which these rates were chosen (Kerbl et al. 2023)
HASTE = 0.5
AS_THEY_ARE = frozenset({"opacities"})  # at any number of steps: quick from the start


@dataclass(frozen=True)
class Moment:
    """One step of `steps`, counted from 0.

    slowdown: factor of all learning rates, lowered when the loss diverges; least_level: photos
    are never larger than 1/least_level, raised when memory runs out.
    """

    step: int
    steps: int
    slowdown: float = 1.0
    least_level: int = 1

    @property
    def fraction(self) -> float:
        """How much is done, 0 to 1."""
        return self.step / self.steps

    @property
    def level(self) -> int:
        """Photos are 1/level as large."""
        level = next(level for start, level in LEVELS if self.fraction >= start)
        return max(level, self.least_level)

    def sh_degree(self, highest: int) -> int:
        """How many degrees of spherical harmonics are trained."""
        return min(highest, int(self.fraction / SH_EVERY))

    @property
    def densify(self) -> bool:
        """Whether Gaussians are moved and added after this step."""
        every = densify_every(self.steps)
        return self.fraction < DENSIFY_UNTIL and self.step > 0 and self.step % every == 0

    @property
    def evaluate(self) -> bool:
        """Whether the validation photos are looked at after this step."""
        every = max(self.steps // EVALUATE_TIMES, 1)
        done = self.step + 1
        return done == self.steps or (done % every == 0 and done >= EVALUATE_FROM * self.steps)

    def rates(self, extent_m: float) -> dict[str, float]:
        """Learning rate of every parameter; that of the means is in metres and decays."""
        means = MEANS_RATE * extent_m * MEANS_RATE_END**self.fraction
        return {name: rate * self.slowdown for name, rate in {"means": means, **RATES}.items()}

    def quick_rates(self, extent_m: float) -> dict[str, float]:
        """`rates` for a training of fewer steps than they were chosen for.

        A step of Adam is as long as the rate, so few steps do not get far. Rates that are higher by
        `RATES_STEPS` / steps would go all the way, with as much more noise at its end: hence the
        root of that, coming down to the usual rates at the end (ADR 6).
        """
        haste = max(RATES_STEPS / self.steps, 1.0) ** (HASTE * (1 - self.fraction))
        rates = self.rates(extent_m)
        return {n: rate if n in AS_THEY_ARE else rate * haste for n, rate in rates.items()}


def pixel_share(fraction: float) -> float:
    """Pixels rendered up to `fraction` of the steps, as a share of full size at all steps."""
    share, end = 0.0, 1.0
    for start, level in LEVELS:
        share += max(min(fraction, end) - start, 0.0) / level**2
        end = start
    return share


def finale_steps(steps: int) -> int:
    """How many of `steps` are the last part; so many more train with all photos."""
    return round(FINALE * steps)


def densify_every(steps: int) -> int:
    """Steps between two densifications."""
    return max(round(steps * DENSIFY_UNTIL / DENSIFY_TIMES), DENSIFY_LEAST_STEPS)
