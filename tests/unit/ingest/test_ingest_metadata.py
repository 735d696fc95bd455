"""What cameras, editors and broken writers leave in EXIF and XMP, read as what it means or None."""

import io
import math
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import ExifTags, Image
from PIL.TiffImagePlugin import IFDRational
from tests.photos_ingest import picture

from spaceport_contracts.capture import Photo
from spaceport_ingest.inspect.photos.exif import read_exif
from spaceport_ingest.inspect.photos.gps import read_altitude_m, read_position
from spaceport_ingest.inspect.photos.photo import inspect_photo
from spaceport_ingest.inspect.photos.xmp import read_xmp
from spaceport_ingest.settings import Limits

LAT, LAT_REF = ExifTags.GPS.GPSLatitude, ExifTags.GPS.GPSLatitudeRef
LON, LON_REF = ExifTags.GPS.GPSLongitude, ExifTags.GPS.GPSLongitudeRef
ALT, ALT_REF = ExifTags.GPS.GPSAltitude, ExifTags.GPS.GPSAltitudeRef
NONE = IFDRational(0, 0)
Tags = Mapping[Any, Any]
GPS: dict[Any, Any] = {
    LAT: (46.0, 50.0, 33.36),
    LAT_REF: "N",
    LON: (91.0, 59.0, 40.2),
    LON_REF: "W",
}
HERE = (46.842600, -91.994500)


def inspected(
    gps: Tags | None = None,
    details: Tags | None = None,
    tags: Tags | None = None,
    xmp: str = "",
) -> Photo:
    exif = Image.Exif()
    exif.update(tags or {})
    exif.get_ifd(ExifTags.IFD.Exif).update(details or {})
    exif.get_ifd(ExifTags.IFD.GPSInfo).update(gps or {})
    stream = io.BytesIO()
    packet = f"<x:xmpmeta><rdf:RDF><rdf:Description {xmp}/></rdf:RDF></x:xmpmeta>".encode()
    picture(1).save(stream, "JPEG", exif=exif.tobytes(), xmp=packet if xmp else b"")
    return inspect_photo("a.jpg", "a.jpg", stream.getvalue(), Limits()).photo


def position(**changes: Any) -> tuple[float, float, bool] | None:
    gps = {**GPS, **{ExifTags.GPS[name]: value for name, value in changes.items()}}
    found = read_position({tag: value for tag, value in gps.items() if value is not None})
    return (found.latitude_deg, found.longitude_deg, found.is_signed) if found else None


def near(expected: tuple[float, float], *, signed: bool = True) -> Any:
    return (pytest.approx(expected[0], abs=1e-6), pytest.approx(expected[1], abs=1e-6), signed)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, near(HERE)),
        ({"GPSLatitudeRef": "S"}, near((-HERE[0], HERE[1]))),
        ({"GPSLatitudeRef": "s\0"}, near((-HERE[0], HERE[1]))),
        ({"GPSLatitudeRef": b"S\0"}, near((-HERE[0], HERE[1]))),
        ({"GPSLatitudeRef": "South", "GPSLongitudeRef": "East"}, near((-HERE[0], -HERE[1]))),
        # letters that are lost, empty or somebody else's: the size is known, the sign is not
        ({"GPSLatitudeRef": None}, near((HERE[0], HERE[1]), signed=False)),
        ({"GPSLongitudeRef": None}, near((HERE[0], -HERE[1]), signed=False)),
        ({"GPSLatitudeRef": "", "GPSLongitudeRef": b""}, near((HERE[0], -HERE[1]), signed=False)),
        ({"GPSLatitudeRef": "W"}, near((HERE[0], HERE[1]), signed=False)),
        ({"GPSLatitudeRef": 0}, near((HERE[0], HERE[1]), signed=False)),
        # the standard knows no negative degrees; who writes them means south and west
        ({"GPSLatitude": (-46.8426, 0.0, 0.0)}, near((-HERE[0], HERE[1]))),
        ({"GPSLongitude": (-91.9945, 0, 0), "GPSLongitudeRef": None}, near(HERE)),
        ({"GPSLatitude": (-46.0, -50.0, -33.36), "GPSLatitudeRef": "S"}, near((-HERE[0], HERE[1]))),
        # degrees or minutes with a fraction instead of what follows
        ({"GPSLatitude": (46.8426,)}, near(HERE)),
        ({"GPSLatitude": 46.8426}, near(HERE)),
        ({"GPSLatitude": (46.0, 50.556)}, near(HERE)),
        ({"GPSLatitude": (46.0, 50.556, NONE)}, near(HERE)),
        ({"GPSLatitude": (46.8426, NONE, NONE)}, near(HERE)),
        ({"GPSLatitude": (46.0, 50.0, 33.36, 7.0)}, near(HERE)),
        ({"GPSLatitude": (46.0, 50.0, 60.0)}, near((46.85, HERE[1]))),
        # half there, malformed, out of range: no position at all
        ({"GPSLatitude": None}, None),
        ({"GPSLongitude": None}, None),
        ({"GPSLatitude": ()}, None),
        ({"GPSLatitude": (46.0,)}, None),
        ({"GPSLatitude": (46.0, 50.0)}, None),
        ({"GPSLatitude": (46.0, 50.0, NONE)}, None),
        ({"GPSLatitude": (46.0, NONE, NONE)}, None),
        ({"GPSLatitude": (NONE, NONE, NONE)}, None),
        ({"GPSLatitude": (46.0, NONE, 33.36)}, None),
        ({"GPSLatitude": ("x", "y", "z")}, None),
        ({"GPSLatitude": "46,50,33"}, None),
        ({"GPSLatitude": b"\0\1\2"}, None),
        ({"GPSLatitude": (90.1, 0.0, 0.0)}, None),
        ({"GPSLongitude": (180.1, 0.0, 0.0)}, None),
        ({"GPSLatitude": (46.0, 75.0, 0.0)}, None),
        ({"GPSLatitude": (46.0, 50.0, 3336.0)}, None),
        ({"GPSLatitude": (4294967250.0, 0.0, 0.0)}, None),
        ({"GPSLatitude": (float("inf"), 0.0, 0.0)}, None),
        ({"GPSLatitude": (0.0, 0.0, 0.0), "GPSLongitude": (0.0, 0.0, 0.0)}, None),
    ],
)
def test_a_position_is_what_it_means_or_none(changes: dict[str, Any], expected: Any) -> None:
    assert position(**changes) == expected


@pytest.mark.parametrize(
    ("altitude", "reference", "expected"),
    [
        (198.3, b"\0", 198.3),
        (198.3, 0, 198.3),
        (198.3, None, 198.3),
        (12.0, b"\1", -12.0),
        (12.0, 1, -12.0),
        (12.0, "1", -12.0),
        (-12.0, b"\1", -12.0),
        (-12.0, b"\0", -12.0),
        (12.0, b"\3", -12.0),
        (12.0, b"\2", 12.0),
        (12.0, b"", 12.0),
        (0.0, b"\0", None),
        (NONE, b"\0", None),
        (IFDRational(1, 0), b"\0", None),
        (1_105_000.0, b"\0", None),
        (-5000.0, b"\0", None),
        ("high", b"\0", None),
        (None, b"\0", None),
        ((198.3,), b"\0", 198.3),
        ((198.3, 2.0), b"\0", None),
    ],
)
def test_an_altitude_is_what_it_means_or_none(altitude: Any, reference: Any, expected: Any) -> None:
    gps = {ALT: altitude, ALT_REF: reference}
    assert read_altitude_m({tag: v for tag, v in gps.items() if v is not None}) == expected


def test_letters_that_are_lost_come_back_from_xmp() -> None:
    bare = {tag: value for tag, value in GPS.items() if tag not in (LAT_REF, LON_REF)}
    lost = inspected(bare)
    assert lost.latitude_deg == pytest.approx(HERE[0]) and not lost.hemisphere_known
    here = 'drone-dji:GpsLatitude="46.842600" drone-dji:GpsLongtitude="-91.994500"'
    found = inspected(bare, xmp=here)
    assert found.longitude_deg == pytest.approx(HERE[1]) and found.hemisphere_known
    elsewhere = here.replace("46.8", "12.8")
    assert inspected(bare, xmp=elsewhere).hemisphere_known is False
    assert inspected(xmp=here).latitude_deg == pytest.approx(HERE[0])
    assert inspected(GPS, xmp=elsewhere).latitude_deg == pytest.approx(HERE[0])


def test_an_altitude_of_the_wrong_sign_or_none_is_mended_by_xmp() -> None:
    said = 'drone-dji:AbsoluteAltitude="-12.04" drone-dji:RelativeAltitude="+40.0"'
    assert inspected({**GPS, ALT: 12.0, ALT_REF: b"\0"}, xmp=said).altitude_m == -12.04
    assert inspected({**GPS, ALT: 80.0, ALT_REF: b"\0"}, xmp=said).altitude_m == 80.0
    assert inspected({**GPS, ALT: 0.0}, xmp=said).altitude_m == -12.04
    assert inspected({ALT: 80.0}).altitude_m is None  # nowhere, but high up


@pytest.mark.parametrize(
    ("latitude", "longitude", "expected"),
    [
        ("46,50.556N", "91,59.67W", HERE),
        ("46,50,33.36N", "91,59,40.2W", HERE),
        ("46,50.556S", "91,59.67E", (-HERE[0], -HERE[1])),
        ("46,75.5N", "91,59.67W", None),
        ("46,50.556", "91,59.67W", None),
        ("146,50.556N", "91,59.67W", None),
        ("46,50.556N", "", None),
    ],
)
def test_what_an_editor_keeps_of_exif_in_xmp(
    latitude: str, longitude: str, expected: tuple[float, float] | None
) -> None:
    photo = inspected(
        xmp=f'exif:GPSLatitude="{latitude}" exif:GPSLongitude="{longitude}" '
        'exif:GPSAltitudeRef="1" exif:GPSAltitude="198309/1000"'
    )
    if expected is None:
        assert (photo.latitude_deg, photo.altitude_m) == (None, None)
    else:
        assert (photo.latitude_deg, photo.longitude_deg) == pytest.approx(expected)
        assert photo.altitude_m == -198.309


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ('"+40.20"', 40.2),
        ("'40'", 40.0),
        ('" -12.5 "', -12.5),
        ('"4.02e1"', 40.2),
        ('"40,2"', None),
        ('"40.2 m"', None),
        ('"NaN"', None),
        ('"1e9"', None),
        ('"--40"', None),
        ('""', None),
    ],
)
def test_a_height_in_xmp_is_a_whole_number_or_none(written: str, expected: float | None) -> None:
    for packet in (
        f"<x:xmpmeta><a drone-dji:RelativeAltitude={written}/></x:xmpmeta>",
        f"<rdf:RDF><drone-dji:RelativeAltitude>{written[1:-1]}</drone-dji:RelativeAltitude></rdf:RDF>",
    ):
        assert read_xmp(packet.encode()).relative_altitude_m == expected


def test_the_gimbal_and_rtk_are_read_within_their_ranges() -> None:
    good = inspected(
        GPS,
        xmp='drone-dji:GimbalPitchDegree="-89.90" drone-dji:GimbalRollDegree="+0.10" '
        'drone-dji:GimbalYawDegree="-170.4" drone-dji:RtkStdLon="0.012" drone-dji:RtkStdLat="0.02" '
        'drone-dji:CalibratedFocalLength="3666.6"',
    )
    assert (good.gimbal_pitch_deg, good.gimbal_roll_deg, good.gimbal_yaw_deg) == (
        -89.9,
        0.1,
        -170.4,
    )
    assert (good.gps_error_m, good.calibrated_focal_px) == (0.02, 3666.6)
    bad = inspected(
        GPS,
        xmp='drone-dji:GimbalPitchDegree="-900" drone-dji:GimbalYawDegree="361" '
        'drone-dji:RtkStdLon="0" drone-dji:CalibratedFocalLength="0"',
    )
    assert (bad.gimbal_pitch_deg, bad.gimbal_yaw_deg, bad.gps_error_m) == (None, None, None)
    assert bad.calibrated_focal_px is None
    parrot = 'drone-parrot:CameraPitchDegree="-80.5"'
    assert inspected(xmp=parrot).gimbal_pitch_deg == -80.5
    assert inspected({**GPS, ExifTags.GPS.GPSHPositioningError: 4.7}).gps_error_m == 4.7
    assert inspected({**GPS, ExifTags.GPS.GPSHPositioningError: NONE}).gps_error_m is None


@pytest.mark.parametrize(
    ("focal", "zoom", "expected"),
    [
        (32, IFDRational(16, 10), (32, 1.6)),
        (0, IFDRational(0, 10), (None, None)),
        (0, NONE, (None, None)),
        (65_535, IFDRational(1, 1), (None, 1.0)),
        ("24 mm", "2x", (None, None)),
        ((24,), 2, (24, 2)),
    ],
)
def test_focal_length_and_digital_zoom(focal: Any, zoom: Any, expected: Any) -> None:
    image = Image.new("L", (8, 8))
    image.getexif().get_ifd(ExifTags.IFD.Exif).update(
        {ExifTags.Base.FocalLengthIn35mmFilm: focal, ExifTags.Base.DigitalZoomRatio: zoom}
    )
    exif = read_exif(image)
    assert (exif.focal_35mm, exif.digital_zoom) == expected


def test_zoom_is_kept_in_the_capture() -> None:
    details = {
        ExifTags.Base.FocalLengthIn35mmFilm: 32,
        ExifTags.Base.DigitalZoomRatio: IFDRational(16, 10),
    }
    photo = inspected(details=details)
    assert (photo.focal_35mm, photo.digital_zoom) == (32, 1.6)


@pytest.mark.parametrize(
    ("original", "offset", "expected"),
    [
        ("2016:06:23 16:31:59", None, "2016-06-23T16:31:59"),
        ("2016:06:23 16:31:59", "-05:00", "2016-06-23T16:31:59-05:00"),
        ("2016:06:23 16:31:59", "local", "2016-06-23T16:31:59"),
        ("2016-06-23T16:31:59+02:00", None, "2016-06-23T16:31:59+02:00"),
        ("2016/06/23 16:31:59.123", None, "2016-06-23T16:31:59"),
        ("2016:06:23 16:31:59\0", None, "2016-06-23T16:31:59"),
        ("0000:00:00 00:00:00", None, "2001-01-01T00:00:00"),
        ("    :  :     :  :  ", None, "2001-01-01T00:00:00"),
        ("2016:13:45 99:99:99", None, "2001-01-01T00:00:00"),
        (None, None, "2001-01-01T00:00:00"),
    ],
)
def test_the_time_is_the_shutters_else_the_files(original: Any, offset: Any, expected: str) -> None:
    details = {ExifTags.Base.DateTimeOriginal: original, ExifTags.Base.OffsetTimeOriginal: offset}
    photo = inspected(
        details={tag: value for tag, value in details.items() if value is not None},
        tags={ExifTags.Base.DateTime: "2001:01:01 00:00:00"},
    )
    assert photo.taken_at == datetime.fromisoformat(expected)


ANYTHING = st.one_of(
    st.none(),
    st.integers(-(2**33), 2**33),
    st.floats(),
    st.text(max_size=12),
    st.binary(max_size=12),
    st.builds(IFDRational, st.integers(-5, 2**32), st.integers(0, 3)),
)
VALUES = st.one_of(ANYTHING, st.lists(ANYTHING, max_size=4).map(tuple))


@settings(max_examples=300)
@given(st.dictionaries(st.sampled_from([LAT, LAT_REF, LON, LON_REF, ALT, ALT_REF, 31]), VALUES))
def test_whatever_stands_in_the_gps_fields_what_is_read_can_be_true(gps: dict[int, Any]) -> None:
    found, altitude_m = read_position(gps), read_altitude_m(gps)
    if found is not None:
        assert abs(found.latitude_deg) <= 90 and abs(found.longitude_deg) <= 180
        assert (found.latitude_deg, found.longitude_deg) != (0, 0)
    assert altitude_m is None or (math.isfinite(altitude_m) and -1000 <= altitude_m <= 20_000)


@settings(max_examples=200)
@given(st.dictionaries(st.integers(0, 2**16 - 1), VALUES, max_size=8))
def test_whatever_stands_in_exif_it_is_read(tags: dict[int, Any]) -> None:
    image = Image.new("L", (8, 8))
    image.getexif().update(tags)
    image.getexif().get_ifd(ExifTags.IFD.Exif).update(tags)
    exif = read_exif(image)
    assert exif.orientation in range(1, 9)
    assert exif.focal_35mm is None or 3 <= exif.focal_35mm <= 5000


@given(st.binary(max_size=200))
def test_whatever_stands_in_xmp_it_is_read(noise: bytes) -> None:
    read_xmp(b"<x:xmpmeta" + noise + b' a:RelativeAltitude="1"')
    assert read_xmp(noise).relative_altitude_m is None
