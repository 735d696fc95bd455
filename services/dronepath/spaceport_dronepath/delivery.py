"""A request answered: planned, every file stored, announced. Publish last."""

import hashlib
import io
from collections.abc import Callable

from spaceport_contracts.artifacts import Artifact, ArtifactSet
from spaceport_contracts.events import FlightPlanned
from spaceport_dronepath.contract.answer import PlanAnswer, PlanFile
from spaceport_dronepath.contract.problems import FieldProblem
from spaceport_dronepath.contract.request import DemTerrain, PlanRequest
from spaceport_dronepath.exports.track import ExportFile
from spaceport_dronepath.files import PLAN_JSON, Delivery, deliver, described
from spaceport_dronepath.geometry.frame import LocalFrame
from spaceport_dronepath.plan import no_dem, plan_flight
from spaceport_dronepath.ports import Kit
from spaceport_dronepath.terrain.ground import Bounds, Raster
from spaceport_runtime.lineage import originate

BUFFER_BYTES = 1 << 20
ID_CHARACTERS = 20


def plan_and_store(request: PlanRequest, kit: Kit) -> PlanAnswer:
    """Plan, store every file, publish FlightPlanned, and answer with links.

    The same request about the same elevation model is the same plan: it is stored under the same
    keys, and its event has the same id. Raises FieldProblem for what cannot be flown (nothing is
    stored then), Retryable when AWS is busy.
    """
    dem = _dem(request, kit)
    plan_id = _plan_id(request, dem.etag if dem else "")
    plan = plan_flight(request, dem.read if dem else no_dem)
    delivery = deliver(plan, plan_id)
    prefix = f"s3://{kit.bucket}/{kit.settings.prefix}/{plan_id}/"
    for file in delivery.files:
        kit.store.write(prefix + file.name, file.content, file.content_type)
    kit.bus.publish(_announced(delivery, plan_id, prefix, kit))
    return _with_links(delivery, prefix, kit)


def _plan_id(request: PlanRequest, dem_etag: str) -> str:
    digest = hashlib.sha256(request.model_dump_json().encode())
    digest.update(dem_etag.encode())
    return digest.hexdigest()[:ID_CHARACTERS]


class _Dem:
    """An elevation model in our bucket, read range by range."""

    def __init__(self, uri: str, etag: str, size: int, kit: Kit) -> None:
        self._uri, self.etag, self._size, self._kit = uri, etag, size, kit

    def read(self, _url: str, frame: LocalFrame, bounds: Bounds, field: str) -> Raster:
        """The window below the bounds."""
        # rasterio carries GDAL, 100 MB that only a request with an elevation model needs.
        from spaceport_dronepath.terrain.dem import read_dem  # noqa: PLC0415

        ranges = _Ranges(self._size, self._range)
        return read_dem(io.BufferedReader(ranges, BUFFER_BYTES), frame, bounds, field)

    def _range(self, start: int, length: int) -> bytes:
        return self._kit.shelf.read_range(self._uri, self.etag, start, length)


class _Ranges(io.RawIOBase):
    """A file whose bytes are fetched when they are read."""

    def __init__(self, size: int, fetch: Callable[[int, int], bytes]) -> None:
        self._size, self._fetch, self._at = size, fetch, 0

    def readable(self) -> bool:
        """It is."""
        return True

    def seekable(self) -> bool:
        """It is."""
        return True

    def tell(self) -> int:
        """Where the next read begins."""
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Move; returns where to."""
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._size}[whence]
        self._at = max(base + offset, 0)
        return self._at

    def readinto(self, target: memoryview) -> int:  # type: ignore[override]
        """Fill the target as far as there are bytes."""
        length = min(len(target), self._size - self._at)
        if length <= 0:
            return 0
        found = self._fetch(self._at, length)
        target[: len(found)] = found
        self._at += len(found)
        return len(found)


def _dem(request: PlanRequest, kit: Kit) -> _Dem | None:
    if not isinstance(request.terrain, DemTerrain):
        return None
    uri = request.terrain.url
    if not uri.startswith(f"s3://{kit.bucket}/"):
        raise FieldProblem(
            "terrain.url",
            "The elevation model is not in our bucket.",
            f"Upload it and give its address, s3://{kit.bucket}/...",
        )
    found = kit.store.head(uri)
    if found is None:
        raise FieldProblem(
            "terrain.url", "There is no such object.", "Look at the address, and upload it first."
        )
    if found.bytes > kit.settings.max_dem_bytes:
        raise FieldProblem(
            "terrain.url",
            f"It has {found.bytes / 1e9:.1f} GB.",
            "Cut out the part around the area, such as with gdal_translate -projwin.",
        )
    return _Dem(uri, found.etag, found.bytes, kit)


def _announced(delivery: Delivery, plan_id: str, prefix: str, kit: Kit) -> FlightPlanned:
    answer = delivery.answer
    index = next(file for file in delivery.files if file.name == PLAN_JSON)
    return originate(
        FlightPlanned,
        plan_id,
        1,
        plan_id,
        kit.clock(),
        pattern=answer.pattern,
        sorties=answer.totals.sorties,
        photos=answer.totals.photos,
        flight_seconds=answer.totals.time_s,
        area_m2=answer.totals.area_m2,
        gsd_p50_cm=answer.predicted.gsd_cm.p50,
        coverage_pct=answer.predicted.coverage_pct,
        outputs=ArtifactSet(prefix=prefix, index=_artifact(index, prefix)),
    )


def _artifact(file: ExportFile, prefix: str) -> Artifact:
    known = described(file)
    return Artifact(uri=prefix + file.name, bytes=known.bytes, sha256=known.sha256)


def _with_links(delivery: Delivery, prefix: str, kit: Kit) -> PlanAnswer:
    files = [_linked(file, prefix, kit) for file in delivery.files]
    return delivery.answer.model_copy(update={"files": files})


def _linked(file: ExportFile, prefix: str, kit: Kit) -> PlanFile:
    link = kit.shelf.temporary_link(
        prefix + file.name, file.content_type, kit.settings.link_seconds
    )
    return described(file).model_copy(update={"url": link})
