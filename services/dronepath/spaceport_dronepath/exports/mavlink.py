"""MAVLink missions: QGroundControl's .plan (JSON) and Mission Planner's WPL 110."""

import json
import math
from collections.abc import Iterator
from dataclasses import dataclass

from spaceport_dronepath.exports.track import ExportFile, Point, Track

WAYPOINT, RETURN, TAKEOFF = 16, 20, 22
CHANGE_SPEED, GROUND_SPEED = 178, 1
DIGICAM, MOUNT, TRIGGER_DISTANCE, IMAGE_START = 203, 205, 206, 2000
MAVLINK_TARGETING = 2
RELATIVE, MISSION = 3, 2
PX4, MULTICOPTER = 12, 2
NAN = math.nan
QGC_CRUISE_MPS = 12.0


@dataclass(frozen=True)
class Item:
    """A mission item: command, frame, seven parameters."""

    command: int
    frame: int
    params: tuple[float, float, float, float, float, float, float]


def items_of(track: Track, photo_command: int) -> Iterator[Item]:
    """The mission: take off, fly, photograph, come back the planned way, land."""
    lon, lat = track.home
    yield Item(TAKEOFF, RELATIVE, (0, 0, 0, NAN, lat, lon, track.points[0].z_m))
    pitch, speed, every = NAN, NAN, 0.0
    for point in track.points:
        if every and not point.photo_every_m:
            yield from _fly_to(point)
            yield Item(TRIGGER_DISTANCE, MISSION, (0, 0, 0, 0, 0, 0, 0))
        else:
            yield from _fly_to(point)
        for view in point.views:
            if math.isnan(pitch) or abs(view.pitch_deg - pitch) > 0.2:
                pitch = view.pitch_deg
                yield Item(MOUNT, MISSION, (pitch, 0, 0, 0, 0, 0, MAVLINK_TARGETING))
            if view.photo:
                yield _photo(photo_command)
        if point.speed_mps > 0 and point.speed_mps != speed:
            speed = point.speed_mps
            yield Item(CHANGE_SPEED, MISSION, (GROUND_SPEED, speed, -1, 0, 0, 0, 0))
        if point.photo_every_m and point.photo_every_m != every:
            yield Item(TRIGGER_DISTANCE, MISSION, (point.photo_every_m, 0, 1, 0, 0, 0, 0))
        every = point.photo_every_m
    yield Item(RETURN, MISSION, (0, 0, 0, 0, 0, 0, 0))


def _fly_to(point: Point) -> Iterator[Item]:
    hold_s = 1.0 if point.stop else 0.0
    params = (hold_s, 0.0, 0.0, point.heading_deg, point.lat_deg, point.lon_deg, point.z_m)
    yield Item(WAYPOINT, RELATIVE, params)


def _photo(command: int) -> Item:
    if command == DIGICAM:
        return Item(DIGICAM, MISSION, (0, 0, 0, 0, 1, 0, 0))
    return Item(IMAGE_START, MISSION, (0, 0, 1, 0, NAN, NAN, NAN))


def qgc_plan(track: Track, zones: list[list[tuple[float, float]]]) -> ExportFile:
    """A .plan; zones are the outer rings of no-fly zones (longitude, latitude)."""
    items = list(items_of(track, IMAGE_START))
    lon, lat = track.home
    document = {
        "fileType": "Plan",
        "version": 1,
        "groundStation": "QGroundControl",
        "geoFence": {"version": 2, "circles": [], "polygons": [_zone(zone) for zone in zones]},
        "rallyPoints": {"version": 2, "points": []},
        "mission": {
            "version": 2,
            "firmwareType": PX4,
            "vehicleType": MULTICOPTER,
            "cruiseSpeed": QGC_CRUISE_MPS,
            "hoverSpeed": max(point.speed_mps for point in track.points),
            "globalPlanAltitudeMode": 1,
            "plannedHomePosition": [lat, lon, 0],
            "items": [_simple(item, n) for n, item in enumerate(items, 1)],
        },
    }
    text = json.dumps(document, indent=1, allow_nan=False)
    return ExportFile(f"sortie-{track.number:02d}.plan", text.encode(), "application/json")


def _zone(ring: list[tuple[float, float]]) -> dict[str, object]:
    corners = [[lat, lon] for lon, lat in ring[:-1]]
    return {"inclusion": False, "version": 1, "polygon": corners}


def _simple(item: Item, number: int) -> dict[str, object]:
    return {
        "type": "SimpleItem",
        "autoContinue": True,
        "command": item.command,
        "doJumpId": number,
        "frame": item.frame,
        "params": [None if math.isnan(value) else value for value in item.params],
    }


def wpl(track: Track) -> ExportFile:
    """WPL 110: tab-separated; latitude before longitude; line 0 is home."""
    lon, lat = track.home
    home = Item(WAYPOINT, 0, (0, 0, 0, 0, lat, lon, 0))
    lines = ["QGC WPL 110"]
    for seq, item in enumerate((home, *items_of(track, DIGICAM))):
        numbers = "\t".join(_number(0.0 if math.isnan(v) else v) for v in item.params)
        lines.append(f"{seq}\t{int(seq == 0)}\t{item.frame}\t{item.command}\t{numbers}\t1")
    text = "\n".join(lines) + "\n"
    return ExportFile(f"sortie-{track.number:02d}.waypoints", text.encode(), "text/plain")


def _number(value: float) -> str:
    return f"{value:.8f}"
