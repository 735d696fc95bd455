"""`POST /drone-path`: what may be asked. SI units, GeoJSON's longitude and latitude in degrees."""

from enum import StrEnum
from typing import Annotated, Any, Literal

from pydantic import (
    BaseModel,
    ConfigDict,
    Discriminator,
    Field,
    Tag,
    ValidationInfo,
    field_validator,
    model_validator,
)

from spaceport_dronepath.contract.geojson import COLLECTIONS, one_geometry

WRAPPINGS = ("Feature", *COLLECTIONS)
Longitude = Annotated[float, Field(ge=-360, le=360)]
Latitude = Annotated[float, Field(ge=-90, le=90)]
Position = tuple[Longitude, Latitude]


class Asked(BaseModel):
    """Unknown fields are refused: a misspelt option must not be ignored in silence."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class Pattern(StrEnum):
    """How the photos are laid out."""

    GRID = "grid"
    CROSSHATCH = "crosshatch"
    ORBIT = "orbit"
    MULTI_ORBIT = "multi_orbit"
    SPIRAL = "spiral"
    CORRIDOR = "corridor"
    FACADE = "facade"
    SPLAT = "splat"


class ExportFormat(StrEnum):
    """The flight files that can be written."""

    QGC = "qgc"
    WPL = "wpl"
    LITCHI = "litchi"
    WPML = "wpml"
    DJI_FLY = "dji_fly"
    GEOJSON = "geojson"
    KML = "kml"


class Geometry(Asked):
    """A GeoJSON geometry, or a Feature, FeatureCollection or GeometryCollection that holds one.

    The area's own checks name the position that is wrong.
    """

    type: Literal["Point", "LineString", "Polygon", "MultiPolygon"]
    coordinates: list[Any] = Field(description="as in RFC 7946: longitude, latitude")

    @model_validator(mode="before")
    @classmethod
    def _unwrapped(cls, given: Any) -> Any:
        """A Feature or a collection is the geometry that it holds."""
        wrapped = isinstance(given, dict) and (
            given.keys() & {"crs", "bbox"} or given.get("type") in WRAPPINGS
        )
        return one_geometry(given) if wrapped else given


class Circle(Asked):
    """A round no-fly zone."""

    center: Position
    radius_m: float = Field(gt=0, le=50_000)


def _kind_of_zone(given: Any) -> str:
    """GeoJSON says its type; a circle has none, and no coordinates."""
    if isinstance(given, dict):
        return "Geometry" if given.keys() & {"type", "coordinates"} else "Circle"
    return "Circle" if isinstance(given, Circle) else "Geometry"


Zone = Annotated[
    Annotated[Geometry, Tag("Geometry")] | Annotated[Circle, Tag("Circle")],
    Discriminator(_kind_of_zone),
]


class CameraSpec(Asked):
    """A camera in explicit numbers."""

    sensor_mm: tuple[float, float] = Field(description="width, height of the sensor")
    focal_mm: float = Field(gt=0)
    px: tuple[int, int] = Field(description="width, height of a photo")
    min_interval_s: float = Field(default=2.0, gt=0, le=60, description="shortest between photos")
    shutter_s: float = Field(default=1 / 1000, gt=0, le=1, description="exposure time")
    photo_mb: float | None = Field(default=None, gt=0, le=500)


class Battery(Asked):
    """What the batteries give."""

    minutes: float | None = Field(
        default=None, gt=0, le=600, description="of one battery; the drone's own unless said"
    )
    reserve: float = Field(default=0.25, ge=0.05, le=0.9, description="share that is never flown")
    count: int | None = Field(default=None, ge=1, le=200, description="as many as it takes")


class Subject(Asked):
    """What the orbits look at: a building, a tower, a monument."""

    center: Position | None = None
    outline: Geometry | None = Field(
        default=None, validate_default=True, description="Polygon, instead of the center"
    )
    radius_m: float | None = Field(default=None, gt=0, le=2000)
    height_m: float = Field(default=8.0, gt=0, le=1000)

    @field_validator("outline")
    @classmethod
    def _one_place(cls, outline: Geometry | None, info: ValidationInfo) -> Geometry | None:
        if "center" in info.data and (info.data["center"] is None) == (outline is None):
            given = "neither center nor outline" if outline is None else "center and outline both"
            raise ValueError(f"the subject has {given}; give one of the two")
        return outline


class NoTerrain(Asked):
    """The ground is flat and level with the take-off."""

    type: Literal["none"] = "none"


class DemTerrain(Asked):
    """A GeoTIFF elevation model, in metres."""

    type: Literal["dem"]
    url: str = Field(min_length=1, max_length=2048, description="s3:// address, in our bucket")


class GridTerrain(Asked):
    """Elevations in the request: rows from north to south, columns from west to east."""

    type: Literal["grid"]
    west: Longitude
    south: Latitude
    east: Longitude
    north: Latitude
    heights_m: list[list[float | None]] = Field(description="null = not known")


Terrain = Annotated[NoTerrain | DemTerrain | GridTerrain, Field(discriminator="type")]


class PlanRequest(Asked):
    """What to fly over, with what, and how well it must be seen."""

    area: Geometry = Field(
        description="GeoJSON: Polygon, MultiPolygon, LineString, or Point with radius_m; a Feature "
        "or FeatureCollection of such"
    )
    pattern: Pattern = Pattern.GRID
    radius_m: float | None = Field(default=None, gt=0, le=5000, description="around a Point")
    width_m: float | None = Field(default=None, gt=0, le=5000, description="of a corridor")
    subject: Subject | None = None
    margin_m: float = Field(default=0, ge=0, le=500, description="flown and seen around the area")
    fence: Geometry | None = Field(
        default=None, description="the drone never leaves it; photos may then lie outside the area"
    )

    camera: str | CameraSpec = Field(description="a drone of the library, or explicit numbers")
    gsd_cm: float | None = Field(default=None, gt=0, le=1000)
    agl_m: float | None = Field(default=None, gt=0, le=6000)
    standoff_m: float | None = Field(default=None, ge=2, le=500, description="from a facade")
    front_overlap: float = Field(default=0.8, ge=0, le=0.95)
    side_overlap: float = Field(default=0.7, ge=0, le=0.95)
    gimbal_pitch_deg: float | None = Field(
        default=None, ge=-90, le=30, description="0 = horizon, -90 = straight down"
    )
    heading_deg: float | Literal["auto"] = "auto"
    orbits: int | None = Field(default=None, ge=1, le=12)
    blur_px: float = Field(default=0.5, gt=0, le=5, description="allowed motion blur")

    max_speed_mps: float | None = Field(default=None, gt=0, le=40)
    wind_mps: float = Field(default=0, ge=0, le=40)
    battery: Battery = Battery()
    takeoff: Position | None = Field(default=None, description="the area's nearest point, unless")

    terrain: Terrain = NoTerrain()
    no_fly: list[Zone] = Field(default_factory=list, max_length=200)
    no_fly_margin_m: float = Field(default=5, ge=0, le=1000)
    max_agl_m: float = Field(default=120, gt=0, le=6000)
    max_above_takeoff_m: float = Field(default=500, gt=0, le=6000, description="DJI's own limit")
    min_clearance_m: float = Field(default=20, ge=1, le=500)
    exports: list[ExportFormat] = Field(default=[ExportFormat.GEOJSON], max_length=7)
    title: str = Field(default="Flight plan", min_length=1, max_length=200)

    @field_validator("agl_m")
    @classmethod
    def _one_height(cls, agl_m: float | None, info: ValidationInfo) -> float | None:
        if agl_m is not None and info.data.get("gsd_cm") is not None:
            raise ValueError("gsd_cm and agl_m both give the height; leave one out")
        return agl_m
