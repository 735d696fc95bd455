"""`POST /drone-path`: what is answered. Heights in metres above the take-off unless said."""

from pydantic import BaseModel, ConfigDict, Field


class Said(BaseModel):
    """Part of the answer."""

    model_config = ConfigDict(frozen=True)


class Waypoint(Said):
    """A place where something changes; the drone flies straight to the next."""

    lon_deg: float
    lat_deg: float
    height_m: float
    agl_m: float
    heading_deg: float
    pitch_deg: float
    speed_mps: float = Field(description="on the leg that begins here")
    photo_every_m: float = Field(description="on the leg that begins here; 0 = no photos")
    photos_here: int


class SortieAnswer(Said):
    """What one battery flies."""

    number: int
    waypoints: list[Waypoint]
    photos: int
    distance_m: float
    time_s: float
    min_clearance_m: float = Field(description="least height above the ground on any leg")
    max_agl_m: float
    worst_rth_s: float = Field(description="longest return from any waypoint")
    most_used_s: float = Field(description="greatest sum of time flown and time to return")
    battery_s: float = Field(description="what the battery gives without its reserve")
    return_height_m: float = Field(description="height of return that clears all ground")


class Totals(Said):
    """All sorties together."""

    sorties: int
    photos: int
    distance_m: float
    time_s: float
    storage_gb: float
    area_m2: float


class Gsd(Said):
    """Ground sampling distance at the middles of the photos."""

    min: float
    p50: float
    max: float


class Views(Said):
    """Photos that show a place: all but 1 % of the places have p1 or more."""

    p1: float
    p50: float


class WallViews(Said):
    """Useful views (3 cm per pixel or finer) of the places on the subject's walls."""

    p5: float
    mean: float


class Predicted(Said):
    """What the photos will show."""

    gsd_cm: Gsd
    views: Views
    wall_views: WallViews | None
    coverage_pct: float


class PlanFile(Said):
    """One file of the plan; the link is good for an hour."""

    name: str
    bytes: int
    sha256: str
    url: str | None = None


class PlanAnswer(Said):
    """The plan."""

    plan_id: str = Field(serialization_alias="planId")
    pattern: str
    agl_m: float
    takeoff: tuple[float, float]
    sorties: list[SortieAnswer]
    totals: Totals
    predicted: Predicted
    warnings: list[str]
    files: list[PlanFile]
