"""One photo's verdict: whether it will be used, and what to do where it will not."""

from enum import StrEnum

from spaceport_contracts.capture import Frozen


class VerdictKind(StrEnum):
    """What is the matter with a photo."""

    GOOD = "good"
    UNREADABLE = "unreadable"
    WRONG_KIND = "wrong kind"
    BLURRED = "blurred"
    BADLY_EXPOSED = "badly exposed"
    DUPLICATE = "duplicate"
    NO_GPS = "no GPS"
    OTHER_CAMERA = "other camera"
    OUTLIER = "outlier"


class PhotoVerdict(Frozen):
    """`ok` False: the photo is left out. With `ok`, the kind is something to know of it."""

    ok: bool
    kind: VerdictKind = VerdictKind.GOOD
    reason: str = ""
    remedy: str = ""
