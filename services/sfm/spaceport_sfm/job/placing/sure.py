"""How far off a figure may be, as it is said: three in a thousand are further off."""

from scipy import stats

SURE = 0.997


def reach(free: float) -> float:
    """The standard errors that a figure stays within, its error taken from `free` residuals.

    Student's t: few photos do not know their own noise well.
    """
    return float(stats.t.ppf((1 + SURE) / 2, max(free, 1.0)))


def chance_beyond(errors: float, free: float) -> float:
    """How likely a figure is further off than so many standard errors, these taken as above."""
    return float(2 * stats.t.sf(errors, max(free, 1.0)))


MANY = reach(1e6)
"""The same where the standard error is known: about three."""
