"""The numbers of a request, decided: camera, height, speeds, time in the air."""

import math
from dataclasses import dataclass

from spaceport_dronepath.contract.problems import FieldProblem
from spaceport_dronepath.contract.request import CameraSpec, Pattern, PlanRequest
from spaceport_dronepath.drones.library import Drone, find_drone
from spaceport_dronepath.geometry.camera import Camera, check_camera

SPLAT_AGL_M = 45.0
DEFAULT_AGL_M = 80.0
ORBIT_AGL_M = 45.0
DEFAULT_SPEED_MPS = 12.0
DEFAULT_MINUTES = 20.0
WIND_SHARE = 0.6
USUAL_SHUTTER_S = 1 / 1000


@dataclass(frozen=True)
class Wishes:
    """What the numbers of a request come to."""

    camera: Camera
    drone: Drone | None
    agl_m: float
    work_speed_mps: float
    cruise_mps: float
    battery_minutes: float
    budget_s: float
    notes: tuple[str, ...]


def wishes_of(request: PlanRequest) -> Wishes:
    """Decide the numbers. Raises FieldProblem for what cannot be."""
    drone = find_drone(request.camera) if isinstance(request.camera, str) else None
    camera = _camera(request.camera, drone)
    speed_mps = _speed_mps(request, drone)
    minutes = request.battery.minutes or (drone.minutes if drone else DEFAULT_MINUTES)
    notes = []
    if request.battery.minutes is None and drone is None:
        notes.append(f"No battery was given: {DEFAULT_MINUTES:g} minutes were assumed.")
    if drone and drone.shutter == "electronic":
        notes.append(
            f"The {drone.name} has a rolling shutter: fly in light that allows 1/1000 s or less."
        )
    if drone and request.battery.minutes and request.battery.minutes > drone.minutes:
        notes.append(
            f"{request.battery.minutes:g} minutes are more than the {drone.minutes:g} that the "
            f"maker of the {drone.name} promises."
        )
    return Wishes(
        camera=camera,
        drone=drone,
        agl_m=_agl_m(request, camera),
        work_speed_mps=speed_mps - request.wind_mps,
        cruise_mps=speed_mps - request.wind_mps,
        battery_minutes=minutes,
        budget_s=minutes * 60 * (1 - request.battery.reserve),
        notes=tuple(notes),
    )


def _camera(asked: str | CameraSpec, drone: Drone | None) -> Camera:
    if drone is not None:
        return Camera(
            *drone.sensor_mm,
            drone.focal_mm,
            *drone.px,
            min_interval_s=drone.min_interval_s,
            shutter_s=USUAL_SHUTTER_S,
            photo_mb=drone.photo_mb,
        )
    if isinstance(asked, str):
        raise TypeError("a name without its drone")
    camera = Camera(
        *asked.sensor_mm,
        asked.focal_mm,
        *asked.px,
        min_interval_s=asked.min_interval_s,
        shutter_s=asked.shutter_s,
        photo_mb=asked.photo_mb or asked.px[0] * asked.px[1] / 2.2e6,
    )
    return check_camera(camera, "camera")


def _speed_mps(request: PlanRequest, drone: Drone | None) -> float:
    fastest = drone.max_speed_mps if drone else 40.0
    asked = request.max_speed_mps or min(DEFAULT_SPEED_MPS, fastest)
    if asked > fastest and drone:
        raise FieldProblem(
            "max_speed_mps",
            f"The {drone.name} flies at most {fastest:g} m/s.",
            f"Ask for {fastest:g} m/s or less.",
        )
    if request.wind_mps > WIND_SHARE * asked:
        raise FieldProblem(
            "wind_mps",
            f"Against {request.wind_mps:g} m/s of wind a drone at {asked:g} m/s hardly gets home.",
            "Wait for less wind, or allow a higher speed if the drone has it.",
        )
    return asked


def _agl_m(request: PlanRequest, camera: Camera) -> float:
    """The height above ground: given, or from the GSD, or the pattern's usual one."""
    field, agl_m = _wanted_agl_m(request, camera)
    if request.max_agl_m < request.min_clearance_m + 1:
        raise FieldProblem(
            "max_agl_m",
            f"The ceiling of {request.max_agl_m:g} m leaves no room above the clearance of "
            f"{request.min_clearance_m:g} m.",
            "Raise the ceiling or lower min_clearance_m.",
        )
    if agl_m > request.max_agl_m:
        raise FieldProblem(
            field,
            f"It means {agl_m:.0f} m above ground; the ceiling is {request.max_agl_m:g} m.",
            "Fly lower, ask for a finer GSD, or raise max_agl_m where the law allows.",
        )
    if agl_m < request.min_clearance_m:
        raise FieldProblem(
            field,
            f"It means {agl_m:.1f} m above ground; the clearance is {request.min_clearance_m:g} m.",
            "Fly higher, ask for a coarser GSD, or lower min_clearance_m.",
        )
    return agl_m


def _wanted_agl_m(request: PlanRequest, camera: Camera) -> tuple[str, float]:
    if request.agl_m is not None:
        return "agl_m", request.agl_m
    if request.gsd_cm is not None and request.pattern is not Pattern.FACADE:
        distance_m = camera.distance_m(request.gsd_cm)
        if request.pattern in (Pattern.GRID, Pattern.CROSSHATCH, Pattern.SPLAT):
            distance_m *= _sine(request)
        return "gsd_cm", distance_m
    usual = DEFAULT_AGL_M
    if request.pattern is Pattern.SPLAT:
        usual = SPLAT_AGL_M
        if request.subject is not None:  # its lines go over the subject
            usual = max(usual, request.subject.height_m + request.min_clearance_m + 1)
    elif request.pattern in (Pattern.ORBIT, Pattern.MULTI_ORBIT, Pattern.SPIRAL):
        usual = ORBIT_AGL_M
    return "max_agl_m", min(max(usual, request.min_clearance_m + 5), request.max_agl_m)


def _sine(request: PlanRequest) -> float:
    """AGL / slant at the pitch of the lines."""
    default = -60.0 if request.pattern is Pattern.SPLAT else -90.0
    pitch = request.gimbal_pitch_deg if request.gimbal_pitch_deg is not None else default
    return math.sin(math.radians(max(-pitch, 1.0)))
