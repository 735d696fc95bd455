"""What a drone writes into its photos: EXIF with GPS, and DJI's XMP, by Pillow alone."""

import math
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import ExifTags, Image
from PIL.TiffImagePlugin import IFDRational

from spaceport_scenery.flight import FOCAL_35MM

SENSOR_WIDTH_MM = 13.2
JPEG_QUALITY = 93
_A_M, _F = 6378137.0, 1 / 298.257223563
_E2 = _F * (2 - _F)


@dataclass(frozen=True)
class Origin:
    """The ENU frame's origin on the WGS84 ellipsoid."""

    latitude_deg: float
    longitude_deg: float
    altitude_m: float


@dataclass(frozen=True)
class Tags:
    """What one photo's tags say."""

    latitude_deg: float
    longitude_deg: float
    altitude_m: float
    taken_at: datetime
    drone: "DroneTags | None"
    """None: a camera without such tags."""
    make: str = "Spaceport"
    model: str = "Procedural-1"


@dataclass(frozen=True)
class DroneTags:
    """What a drone's XMP says beyond EXIF."""

    relative_altitude_m: float | None
    pitch_deg: float
    yaw_deg: float
    roll_deg: float = 0.0
    thermal: bool = False


def _ecef(latitude: float, longitude: float, altitude_m: float) -> NDArray[np.float64]:
    normal = _A_M / math.sqrt(1 - _E2 * math.sin(latitude) ** 2)
    flat = (normal + altitude_m) * math.cos(latitude)
    return np.array(
        [
            flat * math.cos(longitude),
            flat * math.sin(longitude),
            (normal * (1 - _E2) + altitude_m) * math.sin(latitude),
        ]
    )


def enu_to_geodetic(enu: NDArray[np.float64], origin: Origin) -> tuple[float, float, float]:
    """Latitude, longitude (degrees) and altitude (m) of an ENU point; by ECEF, as in EPSG 9837."""
    lat, lon = math.radians(origin.latitude_deg), math.radians(origin.longitude_deg)
    east = np.array([-math.sin(lon), math.cos(lon), 0.0])
    up = np.array([math.cos(lat) * math.cos(lon), math.cos(lat) * math.sin(lon), math.sin(lat)])
    north = np.cross(up, east)
    x, y, z = _ecef(lat, lon, origin.altitude_m) + enu[0] * east + enu[1] * north + enu[2] * up
    flat = math.hypot(x, y)
    latitude, altitude = lat, 0.0
    for _ in range(8):
        normal = _A_M / math.sqrt(1 - _E2 * math.sin(latitude) ** 2)
        altitude = flat / math.cos(latitude) - normal
        latitude = math.atan2(z, flat * (1 - _E2 * normal / (normal + altitude)))
    return math.degrees(latitude), math.degrees(math.atan2(y, x)), altitude


def _dms(degrees: float) -> tuple[IFDRational, IFDRational, IFDRational]:
    """Degrees, minutes and seconds to 1e-5 s (0.3 mm)."""
    units = round(abs(degrees) * 3600 * 100000)
    minutes, seconds = divmod(units, 60 * 100000)
    return (
        IFDRational(minutes // 60),
        IFDRational(minutes % 60),
        IFDRational(seconds, 100000),
    )


def _exif(tags: Tags) -> Image.Exif:
    exif = Image.Exif()
    taken = tags.taken_at.strftime("%Y:%m:%d %H:%M:%S")
    exif[ExifTags.Base.Make] = tags.make
    exif[ExifTags.Base.Model] = tags.model
    exif[ExifTags.Base.Orientation] = 1
    exif[ExifTags.Base.DateTime] = taken
    details = exif.get_ifd(ExifTags.IFD.Exif)
    details[ExifTags.Base.DateTimeOriginal] = taken
    details[ExifTags.Base.FocalLength] = IFDRational(
        round(FOCAL_35MM * SENSOR_WIDTH_MM / 36 * 100), 100
    )
    details[ExifTags.Base.FocalLengthIn35mmFilm] = round(FOCAL_35MM)
    gps = exif.get_ifd(ExifTags.IFD.GPSInfo)
    gps[ExifTags.GPS.GPSVersionID] = b"\x02\x03\x00\x00"
    gps[ExifTags.GPS.GPSLatitudeRef] = "N" if tags.latitude_deg >= 0 else "S"
    gps[ExifTags.GPS.GPSLatitude] = _dms(tags.latitude_deg)
    gps[ExifTags.GPS.GPSLongitudeRef] = "E" if tags.longitude_deg >= 0 else "W"
    gps[ExifTags.GPS.GPSLongitude] = _dms(tags.longitude_deg)
    gps[ExifTags.GPS.GPSAltitudeRef] = b"\x01" if tags.altitude_m < 0 else b"\x00"
    gps[ExifTags.GPS.GPSAltitude] = IFDRational(round(abs(tags.altitude_m) * 1000), 1000)
    return exif


def _xmp(tags: Tags, drone: DroneTags) -> bytes:
    """The packet as DJI's drones write it: attributes, numbers with their sign."""
    yaw = (drone.yaw_deg + 180) % 360 - 180
    above_m = drone.relative_altitude_m
    above = "" if above_m is None else f'\n   drone-dji:RelativeAltitude="{above_m:+.2f}"'
    source = '\n   drone-dji:ImageSource="InfraredCamera"' if drone.thermal else ""
    return f"""<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/">
 <rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
  <rdf:Description rdf:about="DJI Meta Data"
    xmlns:tiff="http://ns.adobe.com/tiff/1.0/"
    xmlns:drone-dji="http://www.dji.com/drone-dji/1.0/"
   tiff:Make="{tags.make}"
   tiff:Model="{tags.model}"{source}
   drone-dji:AbsoluteAltitude="{tags.altitude_m:+.2f}"{above}
   drone-dji:GimbalRollDegree="{drone.roll_deg:+.2f}"
   drone-dji:GimbalYawDegree="{yaw:+.2f}"
   drone-dji:GimbalPitchDegree="{drone.pitch_deg:+.2f}"
   drone-dji:FlightYawDegree="{yaw:+.2f}"/>
 </rdf:RDF>
</x:xmpmeta>
<?xpacket end="w"?>""".encode()


def save_photo(path: Path, pixels: NDArray[np.uint8], tags: Tags) -> None:
    """Save pixels (u8[H,W,3], RGB) as a JPEG with its tags."""
    xmp = {"xmp": _xmp(tags, tags.drone)} if tags.drone is not None else {}
    Image.fromarray(pixels).save(
        path, "JPEG", quality=JPEG_QUALITY, subsampling=1, exif=_exif(tags), **xmp
    )
