"""A page for the pilot: what the files cannot say, and how to bring them to the drone."""

from collections.abc import Sequence

from spaceport_dronepath.contract.request import ExportFormat, PlanRequest
from spaceport_dronepath.exports.track import ExportFile, Track
from spaceport_dronepath.wishes import Wishes

HOW = {
    ExportFormat.QGC: (
        "QGroundControl (.plan)",
        "Open the file in Plan view and upload it. Heights are above the take-off. The camera is "
        "triggered by distance and, at some waypoints, one by one. No-fly zones are in the fence.",
    ),
    ExportFormat.WPL: (
        "Mission Planner, ArduPilot (.waypoints)",
        "Load the WP file on the Plan page. Line 0 is the take-off; set its altitude by hand if "
        "you fly with absolute heights.",
    ),
    ExportFormat.LITCHI: (
        "Litchi (.litchi.csv)",
        "Import it on flylitchi.com/hub. The file cannot hold these, so set them in the mission's "
        "settings: Heading mode = Custom (WD); Finish action = RTH; Path mode = Curved turns; "
        "Cruising speed = Max flight speed = the greatest speed of the file. Parts of one sortie "
        "belong together: each begins where the one before ended. If the camera has an interval "
        "of its own, leave it off.",
    ),
    ExportFormat.WPML: (
        "DJI Pilot 2 (.wpml.kmz)",
        "Copy it to the controller's storage and import it under Flight Route. Choose the photo "
        "format of the plan's camera (aspect ratio and pixels).",
    ),
    ExportFormat.DJI_FLY: (
        "DJI Fly (.fly.kmz)",
        "In DJI Fly save a waypoint mission with any two points. On the controller, below "
        "Android/data/dji.go.v5/files/waypoint/, replace the newest <id>/<id>.kmz with this file, "
        "under exactly that name. Fly ignores triggers by distance: set the camera to timed shots "
        "every 2 s, 12 MP, 4:3, before the first line, and stop them after the last. The height of "
        "return, what happens without signal and the finish action are set in the app.",
    ),
    ExportFormat.GEOJSON: ("Maps (plan.geojson)", "Heights are above the take-off."),
    ExportFormat.KML: ("Google Earth (plan.kml)", "For looking at; heights are above the ground."),
}


def pilot_page(
    request: PlanRequest,
    wishes: Wishes,
    tracks: Sequence[Track],
    warnings: Sequence[str],
) -> ExportFile:
    """PILOT.md."""
    lon, lat = tracks[0].home
    lines = [
        f"# {request.title}: for the pilot",
        "",
        f"- Take off at {lat:.6f}, {lon:.6f} (latitude, longitude). All heights count from there.",
        f"- {len(tracks)} sorties, one battery each; a battery is planned as "
        f"{wishes.battery_minutes:g} minutes, of which {request.battery.reserve:.0%} stay unused.",
        f"- {_drone(wishes)}",
        f"- Planned for up to {request.wind_mps:g} m/s of wind. In more, do not fly.",
        "- Lock exposure, white balance and focus; shutter 1/1000 s or less; no zoom.",
        "",
        "## Before each sortie",
        *[
            f"- Sortie {t.number}: height of return {max(t.return_z_m, 20):.0f} m, "
            f"{len(t.points)} waypoints."
            for t in tracks
        ],
        "",
        "## Beware",
        *[f"- {warning}" for warning in warnings],
        "",
        "## The files",
    ]
    for wanted in request.exports:
        name, words = HOW[wanted]
        lines += ["", f"### {name}", words]
    text = "\n".join(lines) + "\n"
    return ExportFile("PILOT.md", text.encode(), "text/markdown; charset=utf-8")


def _drone(wishes: Wishes) -> str:
    drone = wishes.drone
    if drone is None:
        return "The camera was given in numbers: look that the drone carries it."
    return f"Drone: {drone.name}, {drone.mass_g:.0f} g ({drone.mass_class})."
