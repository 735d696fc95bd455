"""DJI's WPML: a KMZ with wpmz/template.kml and wpmz/waylines.wpml.

For enterprise drones with their own enums; for drones that read a mission of the DJI Fly app whose
file was replaced, with 68/0 (from samples; DJI does not document it). Fly ignores interval
triggers, so there the pilot sets the camera's own timer.
"""

import io
import zipfile
from dataclasses import dataclass
from xml.etree import ElementTree as ET

from spaceport_dronepath.contract.problems import FieldProblem
from spaceport_dronepath.drones.library import Drone
from spaceport_dronepath.exports.track import (
    ExportFile,
    Point,
    Track,
    in_parts,
    without_long_legs,
)

KML = "http://www.opengis.net/kml/2.2"
WPML = "http://www.dji.com/wpmz/1.0.2"
FLY_ENUM = (68, 0)
FLY_MOST_WAYPOINTS = 120  # DJI's RC 2 stutters above
PILOT_MOST_WAYPOINTS = 65_535
LONGEST_LEG_M = 2000.0
LONGEST_M = 500_000.0
FASTEST_MPS = 15.0
STAMP = (1980, 1, 1, 0, 0, 0)
CREATED_MS = "1700000000000"


@dataclass(frozen=True)
class Kind:
    """The drone that the file is for."""

    drone: tuple[int, int]
    payload: int | None
    fly: bool


def kind_of(drone: Drone | None, fly: bool) -> Kind:
    """The enums of the drone. Raises FieldProblem where DJI has none for it."""
    if fly:
        if drone is None or not drone.dji_fly:
            raise FieldProblem(
                "exports",
                "dji_fly is for drones of the DJI Fly app.",
                "Name such a drone as the camera, or ask for another format.",
            )
        return Kind(FLY_ENUM, None, True)
    if drone is None or drone.wpml_drone is None or drone.dji_fly:
        name = drone.name if drone else "a camera in numbers"
        raise FieldProblem(
            "exports",
            f"wpml has no number for {name}.",
            "Ask for qgc, litchi or (for drones of the DJI Fly app) dji_fly.",
        )
    return Kind(drone.wpml_drone, drone.wpml_payload, False)


def wpml(track: Track, kind: Kind) -> list[ExportFile]:
    """One KMZ for each part of the flight that the app can hold."""
    points = without_long_legs(track.points, LONGEST_LEG_M)
    most = FLY_MOST_WAYPOINTS if kind.fly else PILOT_MOST_WAYPOINTS
    parts = in_parts(points, most, LONGEST_M)
    word = "fly" if kind.fly else "wpml"
    return [
        ExportFile(
            f"sortie-{track.number:02d}"
            + (f"-part-{n}" if len(parts) > 1 else "")
            + f".{word}.kmz",
            _kmz(track, part, kind),
            "application/vnd.google-earth.kmz",
        )
        for n, part in enumerate(parts, 1)
    ]


def _kmz(track: Track, points: list[Point], kind: Kind) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, document in (
            ("wpmz/template.kml", _template(track, points, kind)),
            ("wpmz/waylines.wpml", _waylines(track, points, kind)),
        ):
            entry = zipfile.ZipInfo(name, STAMP)
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, document)
    return packed.getvalue()


def _k(tag: str) -> str:
    return f"{{{KML}}}{tag}"


def _w(tag: str) -> str:
    return f"{{{WPML}}}{tag}"


def _put(parent: ET.Element, tag: str, value: object) -> None:
    ET.SubElement(parent, _w(tag)).text = str(value)


def _document(track: Track, kind: Kind, *, template: bool) -> tuple[ET.Element, ET.Element]:
    ET.register_namespace("", KML)
    ET.register_namespace("wpml", WPML)
    root = ET.Element(_k("kml"))
    document = ET.SubElement(root, _k("Document"))
    if template:
        _put(document, "author", "Spaceport")
        _put(document, "createTime", CREATED_MS)
        _put(document, "updateTime", CREATED_MS)
    _config(document, track, kind)
    return root, document


def _config(document: ET.Element, track: Track, kind: Kind) -> None:
    config = ET.SubElement(document, _w("missionConfig"))
    _put(config, "flyToWaylineMode", "safely")
    _put(config, "finishAction", "goHome")
    _put(config, "exitOnRCLost", "executeLostAction")
    _put(config, "executeRCLostAction", "goBack")
    _put(config, "takeOffSecurityHeight", f"{min(max(track.home_z_m, 2.0), 1500.0):.1f}")
    _put(config, "globalTransitionalSpeed", f"{_speed(track.points):.2f}")
    _put(config, "globalRTHHeight", f"{min(max(track.return_z_m, 20.0), 1500.0):.1f}")
    drone = ET.SubElement(config, _w("droneInfo"))
    _put(drone, "droneEnumValue", kind.drone[0])
    _put(drone, "droneSubEnumValue", kind.drone[1])
    if kind.payload is not None:
        payload = ET.SubElement(config, _w("payloadInfo"))
        _put(payload, "payloadEnumValue", kind.payload)
        _put(payload, "payloadSubEnumValue", 0)
        _put(payload, "payloadPositionIndex", 0)


def _speed(points: tuple[Point, ...] | list[Point]) -> float:
    return min(max(point.speed_mps for point in points), FASTEST_MPS)


def _template(track: Track, points: list[Point], kind: Kind) -> bytes:
    root, document = _document(track, kind, template=True)
    folder = ET.SubElement(document, _k("Folder"))
    _put(folder, "templateType", "waypoint")
    _put(folder, "templateId", 0)
    system = ET.SubElement(folder, _w("waylineCoordinateSysParam"))
    _put(system, "coordinateMode", "WGS84")
    _put(system, "heightMode", "relativeToStartPoint")
    _put(folder, "autoFlightSpeed", f"{_speed(points):.2f}")
    _put(folder, "gimbalPitchMode", "manual")
    heading = ET.SubElement(folder, _w("globalWaypointHeadingParam"))
    _put(heading, "waypointHeadingMode", "smoothTransition")
    _put(folder, "globalWaypointTurnMode", "toPointAndStopWithDiscontinuityCurvature")
    _put(folder, "globalUseStraightLine", 1)
    for n, point in enumerate(points):
        place = _placemark(folder, point, n)
        _put(place, "ellipsoidHeight", f"{point.z_m:.2f}")
        _put(place, "height", f"{point.z_m:.2f}")
        _put(place, "useGlobalHeight", 0)
        _put(place, "useGlobalSpeed", 0)
        _put(place, "waypointSpeed", f"{_leg_speed(point):.2f}")
        _heading(place, point)
        _turn(place, point, n in (0, len(points) - 1))
    return _bytes(root)


def _waylines(track: Track, points: list[Point], kind: Kind) -> bytes:
    root, document = _document(track, kind, template=False)
    folder = ET.SubElement(document, _k("Folder"))
    _put(folder, "templateId", 0)
    _put(folder, "executeHeightMode", "relativeToStartPoint")
    _put(folder, "waylineId", 0)
    _put(folder, "autoFlightSpeed", f"{_speed(points):.2f}")
    groups = _groups(points, kind)
    for n, point in enumerate(points):
        place = _placemark(folder, point, n)
        _put(place, "executeHeight", f"{point.z_m:.2f}")
        _put(place, "waypointSpeed", f"{_leg_speed(point):.2f}")
        _heading(place, point)
        _turn(place, point, n in (0, len(points) - 1))
        _put(place, "useStraightLine", 1)
        for group in groups.get(n, []):
            place.append(group)
    return _bytes(root)


def _bytes(root: ET.Element) -> bytes:
    content: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return content


def _placemark(folder: ET.Element, point: Point, n: int) -> ET.Element:
    place = ET.SubElement(folder, _k("Placemark"))
    at = ET.SubElement(place, _k("Point"))
    ET.SubElement(at, _k("coordinates")).text = f"{point.lon_deg:.9f},{point.lat_deg:.9f}"
    _put(place, "index", n)
    return place


def _leg_speed(point: Point) -> float:
    return min(max(point.speed_mps, 1.0), FASTEST_MPS)


def _heading(place: ET.Element, point: Point) -> None:
    param = ET.SubElement(place, _w("waypointHeadingParam"))
    _put(param, "waypointHeadingMode", "smoothTransition")
    _put(param, "waypointHeadingAngle", f"{(point.heading_deg + 180) % 360 - 180:.1f}")
    _put(param, "waypointHeadingPathMode", "followBadArc")


def _turn(place: ET.Element, point: Point, at_end: bool) -> None:
    stops = at_end or point.stop or point.photo_every_m
    mode = "toPointAndStopWithDiscontinuityCurvature"
    if not stops:
        mode = "toPointAndPassWithContinuityCurvature"
    param = ET.SubElement(place, _w("waypointTurnParam"))
    _put(param, "waypointTurnMode", mode)
    _put(param, "waypointTurnDampingDist", 0)


def _groups(points: list[Point], kind: Kind) -> dict[int, list[ET.Element]]:
    """Action groups by the waypoint that holds them; ids are unique in the file."""
    found: dict[int, list[ET.Element]] = {}
    count = 0
    pitch: float | None = None
    for n, point in enumerate(points):
        actions: list[tuple[str, dict[str, object]]] = []
        for view in point.views:
            if pitch is None or abs(view.pitch_deg - pitch) > 0.2:
                pitch = view.pitch_deg
                actions.append(("gimbalRotate", _gimbal(pitch)))
            if view.photo:
                actions.append(("takePhoto", {"payloadPositionIndex": 0}))
        if actions:
            found.setdefault(n, []).append(_group(count, (n, n), ("reachPoint", None), actions))
            count += 1
        begins = point.photo_every_m and (n == 0 or points[n - 1].photo_every_m == 0)
        if begins and not kind.fly:
            last = next(
                k
                for k in range(n, len(points))
                if k == len(points) - 1 or not points[k].photo_every_m
            )
            trigger = ("multipleDistance", point.photo_every_m)
            photo: list[tuple[str, dict[str, object]]] = [
                ("takePhoto", {"payloadPositionIndex": 0})
            ]
            found.setdefault(n, []).append(_group(count, (n, last), trigger, photo))
            count += 1
    return found


def _gimbal(pitch_deg: float) -> dict[str, object]:
    return {
        "gimbalHeadingYawBase": "aircraft",
        "gimbalRotateMode": "absoluteAngle",
        "gimbalPitchRotateEnable": 1,
        "gimbalPitchRotateAngle": f"{pitch_deg:.1f}",
        "gimbalRollRotateEnable": 0,
        "gimbalRollRotateAngle": 0,
        "gimbalYawRotateEnable": 0,
        "gimbalYawRotateAngle": 0,
        "gimbalRotateTimeEnable": 0,
        "gimbalRotateTime": 0,
        "payloadPositionIndex": 0,
    }


def _group(
    number: int,
    span: tuple[int, int],
    trigger: tuple[str, float | None],
    actions: list[tuple[str, dict[str, object]]],
) -> ET.Element:
    group = ET.Element(_w("actionGroup"))
    _put(group, "actionGroupId", number)
    _put(group, "actionGroupStartIndex", span[0])
    _put(group, "actionGroupEndIndex", span[1])
    _put(group, "actionGroupMode", "sequence")
    kind = ET.SubElement(group, _w("actionTrigger"))
    _put(kind, "actionTriggerType", trigger[0])
    if trigger[1] is not None:
        _put(kind, "actionTriggerParam", f"{trigger[1]:.2f}")
    for n, (function, params) in enumerate(actions):
        action = ET.SubElement(group, _w("action"))
        _put(action, "actionId", n)
        _put(action, "actionActuatorFunc", function)
        param = ET.SubElement(action, _w("actionActuatorFuncParam"))
        for name, value in params.items():
            _put(param, name, value)
    return group
