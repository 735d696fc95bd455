"""What a visitor needs to measure in a shared scene, and, where its owner shows it, where it is."""

import json

from pydantic import Field

from spaceport_contracts.events import SparseModelBuilt
from spaceport_notify.known.files import locate
from spaceport_notify.known.view import JobView
from spaceport_notify.shares.camel import Camel
from spaceport_runtime.ports import Store


class SharedOrigin(Camel):
    """Where on Earth (WGS84) the scene's zero lies."""

    latitude_deg: float
    longitude_deg: float
    altitude_m: float


class SharedFrame(Camel):
    """What measuring needs: the scene is upright; it is in metres where there is a `gpsRmsM`."""

    gps_rms_m: float | None = Field(description="how well the photos' GPS fits; null: no metres")
    origin: SharedOrigin | None = Field(description="null unless the owner shows the place")


def frame_of(
    view: JobView, built: SparseModelBuilt | None, shows_place: bool, store: Store
) -> SharedFrame:
    """Of the model that was delivered; `origin` is left out unless `shows_place`."""
    gps_rms_m = built.gps_rms_m if built else None
    uri = locate(view, "geo.json")
    if not shows_place or gps_rms_m is None or uri is None or store.head(uri) is None:
        return SharedFrame(gps_rms_m=gps_rms_m, origin=None)
    found = json.loads(store.read(uri)).get("origin")
    return SharedFrame(gps_rms_m=gps_rms_m, origin=found and SharedOrigin.model_validate(found))
