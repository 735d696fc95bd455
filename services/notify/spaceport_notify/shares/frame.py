"""What a visitor needs to measure in a shared scene, and, where its owner shows it, where it is."""

import json

from spaceport_contracts.capture import Frozen
from spaceport_notify.known.ancestry import ancestry
from spaceport_notify.known.files import locate
from spaceport_notify.known.view import JobView
from spaceport_runtime.ports import Store


class Origin(Frozen):
    """Where on Earth (WGS84) the scene's zero lies."""

    latitude_deg: float
    longitude_deg: float
    altitude_m: float


class Frame(Frozen):
    """The scene's frame: its scale is no secret, its place may be one."""

    gps_rms_m: float | None
    """How well the photos' GPS fits; None where they had none, and lengths are no metres."""
    origin: Origin | None


def frame_of(view: JobView, attempt: int, shows_place: bool, store: Store) -> Frame:
    """Of a delivered attempt; `origin` is left out unless `shows_place`."""
    built = ancestry(view, attempt).built
    gps_rms_m = built.gps_rms_m if built else None
    uri = locate(view, "geo.json")
    if not shows_place or gps_rms_m is None or uri is None or store.head(uri) is None:
        return Frame(gps_rms_m=gps_rms_m, origin=None)
    found = json.loads(store.read(uri)).get("origin")
    return Frame(gps_rms_m=gps_rms_m, origin=found and Origin.model_validate(found))
