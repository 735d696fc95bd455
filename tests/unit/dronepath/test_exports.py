"""Flight files: loaded by the programs that fly them, and held to every limit of their formats."""

import csv
import io
import json
import zipfile
from itertools import pairwise
from typing import Any
from xml.etree import ElementTree as ET

import numpy as np
import pytest
from pymavlink import mavwp
from tests.unit.dronepath.asking import HERE, ask, planned, point, square
from tests.unit.dronepath.autopilot import ground_station

from spaceport_dronepath.contract.problems import FieldProblem
from spaceport_dronepath.exports.litchi import HEADER
from spaceport_dronepath.exports.readback import hold_against
from spaceport_dronepath.exports.track import ExportFile, Track, metres_between, track_of
from spaceport_dronepath.exports.wpml import KML, WPML
from spaceport_dronepath.files import deliver, flight_files
from spaceport_dronepath.plan import Plan

RIDGE = {
    "type": "grid",
    "west": 7.99,
    "east": 8.01,
    "south": 49.99,
    "north": 50.01,
    "heights_m": [[200 + 60 * (column == 10) for column in range(21)] for _ in range(21)],
}
HOUSE = {"center": list(HERE), "radius_m": 18, "height_m": 8}
FLIGHTS: dict[str, dict[str, Any]] = {
    "splat": {"pattern": "splat", "area": square(150), "subject": HOUSE},
    "no-fly": {"no_fly": [{"center": list(HERE), "radius_m": 40}]},
    "antimeridian": {"area": square(300, (180.0, -17.0))},
    "ridge": {"terrain": RIDGE, "pattern": "crosshatch"},
    "spiral": {"area": point(), "pattern": "spiral", "battery": {"count": 3}},
    "long": {"area": square(2600, height_m=120), "agl_m": 100},
    "many": {"area": square(700), "agl_m": 30, "battery": {"minutes": 90}},
}


@pytest.fixture(scope="module", params=FLIGHTS)
def plan(request: pytest.FixtureRequest) -> Plan:
    wanted = ["qgc", "wpl", "litchi", "dji_fly", "geojson", "kml"]
    return planned(**{"camera": "mini4pro", "exports": wanted} | FLIGHTS[request.param])


@pytest.fixture(scope="module")
def tracks(plan: Plan) -> list[Track]:
    return [track_of(s, n, "A title", plan.frame) for n, s in enumerate(plan.sorties, 1)]


@pytest.fixture(scope="module")
def files(plan: Plan, tracks: list[Track]) -> list[ExportFile]:
    return flight_files(plan, tracks)


def of_kind(files: list[ExportFile], end: str) -> list[ExportFile]:
    return [file for file in files if file.name.endswith(end)]


def test_mavsdk_loads_and_uploads_the_plans(plan: Plan, files: list[ExportFile]) -> None:
    with ground_station() as mission:
        for sortie, file in zip(plan.sorties, of_kind(files, ".plan"), strict=True):
            loaded = mission.import_qgroundcontrol_mission_from_string(file.content.decode())
            flown = [i for i in loaded.mission_items if i.command == 16]
            holds_the_waypoints(plan, sortie.waypoints.xy, flown)
            assert bool(loaded.geofence_items) == bool(plan.request.no_fly)
            mission.upload_mission(loaded.mission_items)
            back = mission.download_mission()
            assert [(i.command, i.x, i.y) for i in back] == [
                (i.command, i.x, i.y) for i in loaded.mission_items
            ]


def test_mavsdk_loads_the_waypoint_files(plan: Plan, files: list[ExportFile]) -> None:
    with ground_station() as mission:
        for sortie, file in zip(plan.sorties, of_kind(files, ".waypoints"), strict=True):
            loaded = mission.import_mission_planner_mission_from_string(file.content.decode())
            flown = [i for i in loaded.mission_items if i.command == 16]
            holds_the_waypoints(plan, sortie.waypoints.xy, flown[1:])


def holds_the_waypoints(plan: Plan, xy: np.ndarray, items: list[Any]) -> None:
    """Every waypoint of the plan is in the loaded mission, in order, and nothing else is."""
    loaded = plan.frame.to_xy([(item.y / 1e7, item.x / 1e7) for item in items])
    n = 0
    for place in xy:
        while n < len(loaded) - 1 and np.hypot(*(loaded[n] - place)) > 1:
            n += 1
        assert np.hypot(*(loaded[n] - place)) <= 1
    assert n == len(loaded) - 1


def test_pymavlink_reads_latitude_before_longitude(
    plan: Plan, files: list[ExportFile], tmp_path: Any
) -> None:
    file = of_kind(files, ".waypoints")[0]
    path = tmp_path / file.name
    path.write_bytes(file.content)
    loader = mavwp.MAVWPLoader()
    assert loader.load(str(path)) > 2
    lon, lat = plan.frame.to_lon_lat(plan.sky.home)[0]
    assert abs(loader.wp(0).x - lat) < 1e-5
    assert abs(loader.wp(0).y - lon) < 1e-5


def test_missions_trigger_as_many_photos_as_planned(plan: Plan, files: list[ExportFile]) -> None:
    for sortie, file in zip(plan.sorties, of_kind(files, ".plan"), strict=True):
        items = json.loads(file.content)["mission"]["items"]
        assert triggered(plan, items) == len(sortie.photos)
        assert items[-1]["command"] == 20
        assert [item["doJumpId"] for item in items] == list(range(1, len(items) + 1))
        assert all(i["params"][6] == 2 for i in items if i["command"] == 205)
        assert all(i["params"][0] == 1 for i in items if i["command"] == 178)


def triggered(plan: Plan, items: list[dict[str, Any]]) -> int:
    """Fly the mission: photos by distance along the legs, and single ones."""
    at, every, run_m, photos = None, 0.0, 0.0, 0
    for item in items:
        params = item["params"]
        if item["command"] == 16:
            place = plan.frame.to_xy([(params[5], params[4])])[0]
            if every and at is not None:
                run_m += float(np.hypot(*(place - at)))
            at = place
        elif item["command"] == 206:
            if every:
                photos += int(run_m / every + 0.01)
            every, run_m = params[0], 0.0
            photos += int(every > 0 and params[2] == 1)
        elif item["command"] == 2000:
            photos += 1
    return photos


def test_litchi_holds_its_limits(files: list[ExportFile]) -> None:
    for file in of_kind(files, ".litchi.csv"):
        rows = list(csv.reader(io.StringIO(file.content.decode())))
        assert tuple(rows[0]) == HEADER
        assert len(HEADER) == 46
        assert all(len(row) == 46 for row in rows)
        places = [dict(zip(HEADER, map(float, row), strict=True)) for row in rows[1:]]
        assert 2 <= len(places) <= 99
        holds_litchi_limits(places)


def holds_litchi_limits(places: list[dict[str, float]]) -> None:
    legs = [apart_m(a, b) for a, b in pairwise(places)]
    assert all(0.6 <= leg <= 1999 for leg in legs), (min(legs), max(legs))
    assert sum(legs) <= 30_000
    for (a, b), leg in zip(pairwise(places), legs, strict=True):
        assert a["curvesize(m)"] + b["curvesize(m)"] < leg
    for place in places:
        assert -200 <= place["altitude(m)"] <= 500
        assert 0.2 <= place["curvesize(m)"] <= 1000
        assert -90 <= place["gimbalpitchangle"] <= 30
        assert 0 <= place["heading(deg)"] <= 360
        assert 0 < place["speed(m/s)"] <= 15 or place is places[-1]
        assert place["gimbalmode"] == 2
        assert place["altitudemode"] == 0


def apart_m(a: dict[str, float], b: dict[str, float]) -> float:
    lat = np.radians(a["latitude"])
    east = ((b["longitude"] - a["longitude"] + 180) % 360 - 180) * np.cos(lat) * 111_195
    north = (b["latitude"] - a["latitude"]) * 111_195
    return float(np.sqrt(east**2 + north**2 + (b["altitude(m)"] - a["altitude(m)"]) ** 2))


def test_litchi_splits_and_loses_nothing(plan: Plan, files: list[ExportFile]) -> None:
    for n, sortie in enumerate(plan.sorties, 1):
        parts = of_kind(files, ".litchi.csv")
        mine = [file for file in parts if file.name.startswith(f"sortie-{n:02d}")]
        photos = 0.0
        for file in mine:
            rows = list(csv.DictReader(io.StringIO(file.content.decode())))
            photos += sum(row[f"actiontype{k}"] == "1" for row in rows for k in range(1, 16))
            assert all(
                float(row["photo_distinterval"]) == -1 or float(row["photo_distinterval"]) > 0.5
                for row in rows
            )
        track = track_of(sortie, n, "", plan.frame)
        here = sum(view.photo for p in track.points for view in p.views)
        assert here <= photos <= here + len(mine) * 3  # a part begins where the last one ended


VALID = {
    "flyToWaylineMode": {"safely", "pointToPoint"},
    "finishAction": {"goHome", "noAction", "autoLand", "gotoFirstWaypoint"},
    "exitOnRCLost": {"goContinue", "executeLostAction"},
    "executeRCLostAction": {"goBack", "landing", "hover"},
    "waypointTurnMode": {
        "coordinateTurn",
        "toPointAndStopWithDiscontinuityCurvature",
        "toPointAndStopWithContinuityCurvature",
        "toPointAndPassWithContinuityCurvature",
    },
    "waypointHeadingMode": {"followWayline", "manually", "fixed", "smoothTransition", "towardPOI"},
    "actionTriggerType": {"reachPoint", "multipleTiming", "multipleDistance"},
    "actionActuatorFunc": {"takePhoto", "gimbalRotate", "rotateYaw", "hover", "zoom", "focus"},
    "executeHeightMode": {"WGS84", "relativeToStartPoint", "realTimeFollowSurface"},
}  # fmt: skip
MISSION_CONFIG = [
    "flyToWaylineMode", "finishAction", "exitOnRCLost", "executeRCLostAction",
    "takeOffSecurityHeight", "globalTransitionalSpeed", "globalRTHHeight", "droneInfo",
]  # fmt: skip
PLACEMARK = [
    "index", "executeHeight", "waypointSpeed", "waypointHeadingParam", "waypointTurnParam",
    "useStraightLine",
]  # fmt: skip


def holds_wpml_structure(content: bytes, most: int) -> ET.Element:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert archive.namelist() == ["wpmz/template.kml", "wpmz/waylines.wpml"]
        template = ET.fromstring(archive.read("wpmz/template.kml"))
        root = ET.fromstring(archive.read("wpmz/waylines.wpml"))
    config = root.find(f"{{{KML}}}Document/{{{WPML}}}missionConfig")
    assert config is not None
    assert all(config.find(f"{{{WPML}}}{tag}") is not None for tag in MISSION_CONFIG)
    assert 1.2 <= number(config, "takeOffSecurityHeight") <= 1500
    assert 0 < number(config, "globalTransitionalSpeed") <= 15
    for tag, words in VALID.items():
        assert {element.text for element in root.iter(f"{{{WPML}}}{tag}")} <= words, tag
    places = list(root.iter(f"{{{KML}}}Placemark"))
    assert len(places) == len(list(template.iter(f"{{{KML}}}Placemark")))
    assert 2 <= len(places) <= most
    for n, place in enumerate(places):
        assert all(place.find(f"{{{WPML}}}{tag}") is not None for tag in PLACEMARK)
        assert number(place, "index") == n
        assert 1 <= number(place, "waypointSpeed") <= 15
    ids = [element.text for element in root.iter(f"{{{WPML}}}actionGroupId")]
    assert len(ids) == len(set(ids))
    for group in root.iter(f"{{{WPML}}}actionGroup"):
        start, end = number(group, "actionGroupStartIndex"), number(group, "actionGroupEndIndex")
        assert 0 <= start <= end < len(places)
    return root


def number(parent: ET.Element, tag: str) -> float:
    text = parent.findtext(f"{{{WPML}}}{tag}")
    assert text is not None, tag
    return float(text)


def test_dji_fly_files_have_the_structure(files: list[ExportFile]) -> None:
    for file in of_kind(files, ".fly.kmz"):
        root = holds_wpml_structure(file.content, most=120)
        assert [e.text for e in root.iter(f"{{{WPML}}}droneEnumValue")] == ["68"]
        assert "multipleDistance" not in {e.text for e in root.iter(f"{{{WPML}}}actionTriggerType")}


ENUMS = {
    "mavic3e": ("77", "0", "66"),
    "mavic3t": ("77", "1", "67"),
    "matrice30": ("67", "0", "52"),
    "matrice30t": ("67", "1", "53"),
    "matrice4e": ("99", "0", "88"),
    "matrice350p1": ("89", "0", "50"),
}


@pytest.mark.parametrize("drone", ENUMS)
def test_enterprise_files_name_their_drone(drone: str) -> None:
    delivered = deliver(planned(camera=drone, exports=["wpml"]), "p")
    file = of_kind(list(delivered.files), ".wpml.kmz")[0]
    root = holds_wpml_structure(file.content, most=65_535)
    tags = ("droneEnumValue", "droneSubEnumValue", "payloadEnumValue")
    assert tuple(root.findtext(f".//{{{WPML}}}{tag}") for tag in tags) == ENUMS[drone]
    assert "multipleDistance" in {e.text for e in root.iter(f"{{{WPML}}}actionTriggerType")}


@pytest.mark.parametrize(
    ("drone", "wanted"), [("phantom4pro", "wpml"), ("mini4pro", "wpml"), ("mavic3e", "dji_fly")]
)
def test_a_drone_that_a_format_does_not_know_is_refused(drone: str, wanted: str) -> None:
    with pytest.raises(FieldProblem, match=r"[Aa]sk for") as caught:
        deliver(planned(camera=drone, exports=[wanted]), "p")
    assert caught.value.field == "exports"


def test_litchi_refuses_heights_that_it_does_not_fly() -> None:
    hill = {**RIDGE, "heights_m": [[0 if c < 8 else 700 for c in range(21)] for _ in range(21)]}
    plan = planned(
        area=square(200, (8.003, 50.0)),
        takeoff=[7.995, 50.0],
        terrain=hill,
        max_above_takeoff_m=2000,
        exports=["litchi"],
    )
    with pytest.raises(FieldProblem, match="Litchi flies") as caught:
        deliver(plan, "p")
    assert caught.value.field == "exports"


@pytest.mark.parametrize("end", [".plan", ".waypoints", ".litchi.csv", ".geojson", ".kml"])
def test_swapped_coordinates_are_noticed(end: str) -> None:
    plan = planned(exports=["qgc", "wpl", "litchi", "geojson", "kml"])
    track = track_of(plan.sorties[0], 1, "", plan.frame)
    file = of_kind(flight_files(plan, [track]), end)[0]
    moved = Track(**{**vars(track), "points": tuple(map(swapped, track.points))})
    hold_against(track, [file], above_ground=end == ".kml")
    with pytest.raises(ValueError, match="not where it was planned"):
        hold_against(moved, [file], above_ground=end == ".kml")


def swapped(p: Any) -> Any:
    return type(p)(**{**vars(p), "lon_deg": p.lat_deg, "lat_deg": p.lon_deg})


def test_a_file_that_is_two_metres_off_is_noticed() -> None:
    plan = planned(exports=["qgc"])
    track = track_of(plan.sorties[0], 1, "", plan.frame)
    file = flight_files(plan, [track])[0]
    higher = [type(p)(**{**vars(p), "z_m": p.z_m + 2}) for p in track.points]
    with pytest.raises(ValueError, match="not where"):
        hold_against(Track(**{**vars(track), "points": tuple(higher)}), [file])


def test_the_pilot_is_told_what_the_files_cannot_say() -> None:
    plan = planned(camera="mini4pro", exports=["litchi", "dji_fly"])
    page = next(f for f in deliver(plan, "p").files if f.name == "PILOT.md").content.decode()
    for words in ("Heading mode", "Finish action", "Path mode", "every 2 s", "height of return"):
        assert words in page
    lon, lat = plan.frame.to_lon_lat(plan.sky.home)[0]
    assert f"{lat:.6f}, {lon:.6f}" in page


def test_every_file_is_listed_with_its_hash_and_the_same_request_gives_the_same_bytes() -> None:
    asked = ask(exports=["qgc", "wpml", "kml"])
    first, second = (deliver(planned(**asked.model_dump(mode="json")), "p") for _ in range(2))
    assert [f.content for f in first.files] == [f.content for f in second.files]
    assert {f.name for f in first.answer.files} == {f.name for f in first.files} - {"plan.json"}
    assert {"plan.html", "coverage.png", "coverage.geojson", "PILOT.md"} <= {
        f.name for f in first.answer.files
    }


def test_legs_are_measured_across_the_antimeridian(tracks: list[Track]) -> None:
    for track in tracks:
        assert all(metres_between(*pair) < 20_000 for pair in pairwise(track.points))
