"""`spaceport plan`: from a file to files, and photos held against them."""

import io
import json
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import ExifTags, Image
from tests.unit.dronepath.asking import HERE, square

from spaceport_cli.main import main


@pytest.fixture
def area(tmp_path: Path) -> Path:
    path = tmp_path / "field.geojson"
    feature = {"type": "Feature", "properties": {}, "geometry": square(160)}
    path.write_text(json.dumps({"type": "FeatureCollection", "features": [feature]}))
    return path


def run(*words: object) -> int:
    return main([str(word) for word in words])


def test_a_plan_is_written_whole(area: Path, tmp_path: Path, capsys: Any) -> None:
    out = tmp_path / "plan"
    assert run("plan", area, "--drone", "mavic3e", "--pattern", "splat", "--out", out) == 0
    names = {path.name for path in out.iterdir()}
    assert {"plan.html", "plan.json", "PILOT.md", "coverage.png", "plan.kml"} <= names
    assert {"sortie-01.plan", "sortie-01.wpml.kmz"} <= names
    said = capsys.readouterr().out
    assert "photos in 1 sortie," in said
    assert "100.0 % of the area seen" in said


def test_plan_html_is_whole_and_safe(area: Path, tmp_path: Path) -> None:
    out = tmp_path / "plan"
    title = "<script>alert(1)</script>"
    run("plan", area, "--drone", "mini4pro", "--out", out, "--title", title)
    page = (out / "plan.html").read_text()
    assert "<script" not in page
    assert "http" not in page.replace("http://www.w3.org/2000/svg", "")
    assert page.count("<svg") == 2
    assert "data:image/png;base64," in page


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--drone", "mavic9"], "is not known: use one"),
        ([], "camera: The field is missing"),
        (["--drone", "mavic3e", "--agl", "300"], "agl_m: It means 300 m"),
        (["--drone", "mavic3e", "--agl", "50", "--gsd", "2"], "both give the height"),
        (["--drone", "mavic3e", "--takeoff", "here"], "--takeoff here is no place"),
        (["--drone", "mavic3e", "--dem", "none.tif"], "terrain.url: There is no none.tif"),
        (["--drone", "mavic3e", "--no-fly", "none.json"], "There is no none.json"),
    ],
)
def test_bad_input_ends_in_one_sentence_and_nothing_is_written(
    area: Path, tmp_path: Path, capsys: Any, words: Sequence[str], said: str
) -> None:
    assert run("plan", area, "--out", tmp_path / "plan", *words) == 2
    assert said in capsys.readouterr().err
    assert not (tmp_path / "plan").exists()


@pytest.mark.parametrize("content", ["", "[1]", '{"type": "Topology"}', '{"type": "Feature"}'])
def test_a_file_that_is_no_area_is_refused(tmp_path: Path, capsys: Any, content: str) -> None:
    path = tmp_path / "a.json"
    path.write_text(content)
    assert run("plan", path, "--drone", "mavic3e", "--out", tmp_path / "plan") == 2
    assert "GeoJSON" in capsys.readouterr().err


def degrees(value: float) -> tuple[float, float, float]:
    value = abs(value)
    whole, minutes = int(value), int(value % 1 * 60)
    return float(whole), float(minutes), (value - whole - minutes / 60) * 3600


def photograph(folder: Path, shots: list[list[float]]) -> None:
    """What a drone writes: a position in EXIF, height and gimbal in XMP."""
    folder.mkdir()
    for n, (lon, lat, height_m, heading, pitch) in enumerate(shots):
        tags = Image.Exif()
        tags[ExifTags.Base.Make], tags[ExifTags.Base.Model] = "DJI", "M3E"
        tags.get_ifd(ExifTags.IFD.GPSInfo).update(
            {
                ExifTags.GPS.GPSLatitudeRef: "N" if lat >= 0 else "S",
                ExifTags.GPS.GPSLatitude: degrees(lat),
                ExifTags.GPS.GPSLongitudeRef: "E" if lon >= 0 else "W",
                ExifTags.GPS.GPSLongitude: degrees(lon),
                ExifTags.GPS.GPSAltitudeRef: b"\0",
                ExifTags.GPS.GPSAltitude: 300.0,
            }
        )
        packet = (
            f'<x:xmpmeta><rdf:Description drone-dji:RelativeAltitude="{height_m:+.2f}" '
            f'drone-dji:GimbalPitchDegree="{pitch:+.2f}" '
            f'drone-dji:GimbalYawDegree="{(heading + 180) % 360 - 180:+.2f}"/></x:xmpmeta>'
        )
        stream = io.BytesIO()
        picture = Image.new("RGB", (32, 24), (n % 255, 90, 90))
        picture.save(stream, "JPEG", exif=tags.tobytes(), xmp=packet.encode())
        (folder / f"DJI_{n:04d}.JPG").write_bytes(stream.getvalue())


@pytest.fixture
def plan(area: Path, tmp_path: Path) -> Path:
    out = tmp_path / "plan"
    assert run("plan", area, "--drone", "mavic3e", "--agl", "50", "--out", out) == 0
    return out


def shots_of(plan: Path) -> list[list[float]]:
    return [
        shot for part in json.loads((plan / "plan.json").read_text())["photos"] for shot in part
    ]


def test_a_flight_as_planned_needs_nothing_again(plan: Path, tmp_path: Path, capsys: Any) -> None:
    photograph(tmp_path / "photos", shots_of(plan))
    out = tmp_path / "flown"
    assert run("plan", plan, "--check", tmp_path / "photos", "--out", out) == 0
    flown = json.loads((out / "flown.json").read_text())
    assert flown["missing_photos"] == 0
    assert flown["gap_m2"] == 0
    assert flown["off_m"] < 0.1
    assert flown["off_height_m"] < 0.1
    assert "Nothing needs to be flown again" in capsys.readouterr().out
    assert not (out / "again").exists()


def test_a_sortie_cut_short_is_planned_again_where_it_is_missing(
    plan: Path, tmp_path: Path
) -> None:
    shots = shots_of(plan)
    east = [shot for shot in shots if shot[0] > HERE[0]]
    photograph(tmp_path / "photos", east)
    out = tmp_path / "flown"
    assert run("plan", plan, "--check", tmp_path / "photos", "--out", out) == 0
    flown = json.loads((out / "flown.json").read_text())
    assert flown["missing_photos"] > 0.2 * len(shots)
    assert flown["coverage_pct"] < 99
    again = json.loads((out / "again" / "plan.json").read_text())
    lons = [shot[0] for part in again["photos"] for shot in part]
    assert max(lons) < HERE[0] + 0.0004
    assert 0.2 * len(shots) < len(lons) < 0.9 * len(shots)
    photograph(tmp_path / "both", east + [s for part in again["photos"] for s in part])
    assert run("plan", plan, "--check", tmp_path / "both", "--out", tmp_path / "whole") == 0
    whole = json.loads((tmp_path / "whole" / "flown.json").read_text())
    assert whole["coverage_pct"] == 100
    assert whole["gap_m2"] < 0.02 * 160 * 160


def test_the_wrong_gimbal_is_noticed(plan: Path, tmp_path: Path) -> None:
    photograph(tmp_path / "photos", [[*shot[:4], -20.0] for shot in shots_of(plan)])
    out = tmp_path / "flown"
    assert run("plan", plan, "--check", tmp_path / "photos", "--out", out) == 0
    flown = json.loads((out / "flown.json").read_text())
    assert flown["missing_photos"] == flown["planned_photos"]


@pytest.mark.parametrize(("lon", "said"), [(9.0, "another place"), (None, "where it was taken")])
def test_other_photos_are_refused(
    plan: Path, tmp_path: Path, capsys: Any, lon: float | None, said: str
) -> None:
    folder = tmp_path / "photos"
    if lon is None:
        folder.mkdir()
        Image.fromarray(np.zeros((8, 8, 3), np.uint8)).save(folder / "a.jpg")
    else:
        photograph(folder, [[lon, 50.0, 50.0, 0.0, -90.0]])
    assert run("plan", plan, "--check", folder, "--out", tmp_path / "flown") == 2
    assert said in capsys.readouterr().err


KML = """<?xml version="1.0" encoding="UTF-8"?>
<kml xmlns="http://www.opengis.net/kml/2.2"><Document><Placemark><Polygon>
<outerBoundaryIs><LinearRing><coordinates>
8.0,50.0,0 8.004,50.0,0 8.004,50.002,0 8.0,50.002,0 8.0,50.0,0
</coordinates></LinearRing></outerBoundaryIs>
<innerBoundaryIs><LinearRing><coordinates>
8.001,50.0005 8.002,50.0005 8.002,50.001 8.001,50.001 8.001,50.0005
</coordinates></LinearRing></innerBoundaryIs>
</Polygon></Placemark></Document></kml>"""


@pytest.mark.parametrize("suffix", [".kml", ".kmz"])
def test_an_area_in_kml_is_the_same_area(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"field{suffix}"
    if suffix == ".kmz":
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("doc.kml", KML)
    else:
        path.write_text(KML)
    assert run("plan", path, "--drone", "mavic3e", "--out", tmp_path / "plan") == 0
    request = json.loads((tmp_path / "plan" / "plan.json").read_text())["request"]
    outer, inner = request["area"]["coordinates"]
    assert (outer[2], inner[0]) == ([8.004, 50.002], [8.001, 50.0005])


@pytest.mark.parametrize(
    ("name", "content", "word"),
    [
        ("a.kml", "<kml><Placemark/></kml>", "no feature"),
        ("a.kml", "<kml><Polygon>", "cannot be read"),
        ("a.kml", KML.replace("8.0,50.0,0", "east,50"), "cannot be read"),
        ("a.kml", "<kml><Point><coordinates/></Point></kml>", "without coordinates"),
        ("a.kmz", "no zip", "cannot be read"),
        ("a.geojson", '{"type": "FeatureCollection"}', "no list"),
        ("a.geojson", '{"type": "Topology"}', "Topology"),
        ("a.geojson", '{"type": "Point", "crs": {"properties": {"name": "EPSG:25832"}}}', "25832"),
    ],
)
def test_a_file_that_holds_no_area_is_told_in_one_sentence(
    tmp_path: Path, capsys: Any, name: str, content: str, word: str
) -> None:
    path = tmp_path / name
    path.write_text(content)
    assert run("plan", path, "--drone", "mavic3e", "--out", tmp_path / "plan") != 0
    said = capsys.readouterr()
    assert word in " ".join((said.out + said.err).split())
    assert "Traceback" not in said.err
    assert not (tmp_path / "plan").exists()
