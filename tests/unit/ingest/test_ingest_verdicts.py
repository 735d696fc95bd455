"""A verdict per photo as soon as it has arrived: what each kind says, and what no photo is told."""

import io
import random
from pathlib import Path
from typing import Any

import pytest
from PIL import ExifTags, Image, ImageDraw, ImageFilter
from tests.conftest import PHOTOS as SHARED
from tests.fakes_ingest import FakeWorld
from tests.photos_ingest import created, jpeg
from tests.unit.ingest.test_ingest_upload_routes import MAIL, ask, begin, send

from spaceport_contracts.capture import Capture
from spaceport_contracts.events import CaptureRejected, ReconstructionRequested
from spaceport_contracts.uploads import UploadedPhoto, UploadManifest
from spaceport_ingest.admission.uploads import on_upload
from spaceport_ingest.inspect.verdicts.compare import BLURRED
from spaceport_ingest.inspect.verdicts.exposure import exposure_fault
from spaceport_ingest.inspect.verdicts.sharpness import blur_of

SIZE = (800, 600)
HOME = (46.8426, -91.9946)
SOFT = Image.Resampling.BICUBIC


def scene(seed: int, size: tuple[int, int] = SIZE) -> Image.Image:
    """Roofs and roads from above: edges of all directions at all sizes."""
    dice = random.Random(seed)
    image = Image.new("RGB", size, (90, 120, 70))
    draw = ImageDraw.Draw(image)
    for _ in range(900):
        x, y = dice.randrange(size[0]), dice.randrange(size[1])
        reach = dice.choice((4, 8, 16, 40))
        corners = [
            (x + dice.randint(-reach, reach), y + dice.randint(-reach, reach)) for _ in range(4)
        ]
        draw.polygon(corners, fill=tuple(dice.randrange(30, 220) for _ in range(3)))
    return image


def moved(image: Image.Image, px: int) -> Image.Image:
    return image.filter(ImageFilter.BoxBlur((px // 2, 0)))


def as_jpeg(
    image: Image.Image,
    place: tuple[float, float] | None = HOME,
    model: str = "FC6310",
    quality: int = 92,
) -> bytes:
    tags = Image.Exif()
    if model:
        tags[ExifTags.Base.Make], tags[ExifTags.Base.Model] = "DJI", model
    if place:
        north, east = place
        tags.get_ifd(ExifTags.IFD.GPSInfo).update(
            {
                ExifTags.GPS.GPSLatitudeRef: "N" if north >= 0 else "S",
                ExifTags.GPS.GPSLatitude: (abs(north), 0.0, 0.0),
                ExifTags.GPS.GPSLongitudeRef: "E" if east >= 0 else "W",
                ExifTags.GPS.GPSLongitude: (abs(east), 0.0, 0.0),
            }
        )
    stream = io.BytesIO()
    image.save(stream, "JPEG", quality=quality, exif=tags.tobytes())
    return stream.getvalue()


GOOD = {f"DJI_{n:04d}.JPG": as_jpeg(scene(n)) for n in range(9)}


def judged(files: dict[str, bytes]) -> tuple[FakeWorld, dict[str, Any], dict[str, Any]]:
    """The world, the upload as it stands, and the verdicts by name."""
    world = FakeWorld()
    upload = begin(world, files)
    send(world, upload, files)
    for file in upload["files"]:
        on_upload(created(f"uploads/{upload['uploadId']}/photos/{file['key']}"), world.kit)
    _, standing = ask(world, "GET", f"/uploads/{upload['uploadId']}")
    return world, standing, {file["name"]: file["verdict"] for file in standing["files"]}


def test_good_photos_are_told_so() -> None:
    _, standing, verdicts = judged(GOOD)
    assert {(v["ok"], v["kind"]) for v in verdicts.values()} == {(True, "good")}
    assert standing["summary"] == {"usable": 9, "refused": 0, "advice": []}


BAD: dict[str, tuple[bytes, bool, str, str]] = {
    "damaged": (GOOD["DJI_0000.JPG"][:9000], False, "unreadable", "card"),
    "text": (b"dear diary " * 500, False, "wrong kind", "Leave it out"),
    "a raw file": (b"II*\x00\x10\x00\x00\x00CR\x02" + bytes(5000), False, "wrong kind", "JPEG"),
    "a covered lens": (as_jpeg(Image.new("RGB", SIZE)), False, "badly exposed", "eave it out"),
    "burnt": (
        as_jpeg(scene(20).point(lambda v: min(255, v * 6))),
        False,
        "badly exposed",
        "exposure",
    ),
    "dark": (as_jpeg(scene(21).point(lambda v: v // 12)), False, "badly exposed", "exposure"),
    "moved": (as_jpeg(moved(scene(22), 10)), False, "blurred", "slower"),
    "out of focus": (
        as_jpeg(scene(23).filter(ImageFilter.GaussianBlur(2.5))),
        False,
        "blurred",
        "slower",
    ),
    "a copy": (GOOD["DJI_0003.JPG"], False, "duplicate", "enough"),
    "without GPS": (as_jpeg(scene(24), place=None), True, "no GPS", "GPS"),
    "of another camera": (as_jpeg(scene(25), model="FC7303"), True, "other camera", "one camera"),
    "of another place": (
        as_jpeg(scene(26), place=(47.1, -91.99)),
        True,
        "outlier",
        "another place",
    ),
    "a frame of a video": (
        as_jpeg(scene(27, (1280, 720)), place=HOME, model=""),
        True,
        "other camera",
        "one camera",
    ),
}


@pytest.mark.parametrize("name", BAD)
def test_every_kind_has_its_reason_and_its_remedy(name: str) -> None:
    content, ok, kind, remedy = BAD[name]
    _, standing, verdicts = judged({**GOOD, "odd.jpg": content})
    verdict = verdicts.pop("odd.jpg")
    assert (verdict["ok"], verdict["kind"]) == (ok, kind)
    assert remedy in verdict["remedy"] and verdict["reason"].endswith(".")
    assert all(
        v == {"ok": True, "kind": "good", "reason": "", "remedy": ""} for v in verdicts.values()
    )
    assert standing["summary"]["refused"] == (not ok)
    assert len(standing["summary"]["advice"]) == (not ok)


def test_frames_of_a_video_are_used_and_named() -> None:
    frames = {f"{n}.jpg": as_jpeg(scene(n, (1280, 720)), None, model="") for n in range(4)}
    _, _, verdicts = judged(frames)
    assert {(v["ok"], v["kind"]) for v in verdicts.values()} == {(True, "wrong kind")}
    assert all("video" in v["reason"] for v in verdicts.values())


def test_heat_beside_light_is_left_out_and_heat_alone_is_not() -> None:
    heat = {f"DJI_{n:04d}_T.JPG": as_jpeg(scene(40 + n), model="M3T") for n in range(4)}
    _, _, verdicts = judged({**GOOD, **heat})
    assert {verdicts[name]["kind"] for name in heat} == {"wrong kind"}
    assert not any(verdicts[name]["ok"] for name in heat)
    _, _, alone = judged(heat)
    assert all(v["ok"] for v in alone.values())


def test_a_camera_that_is_soft_by_itself_is_not_blurred() -> None:
    soft = {
        name: as_jpeg(scene(n).filter(ImageFilter.GaussianBlur(1.6))) for n, name in enumerate(GOOD)
    }
    assert blur_of(scene(0).filter(ImageFilter.GaussianBlur(1.6)).convert("L")) > BLURRED
    worse = as_jpeg(scene(30).filter(ImageFilter.GaussianBlur(4)))
    _, _, verdicts = judged({**soft, "worse.jpg": worse})
    assert verdicts.pop("worse.jpg")["kind"] == "blurred"
    assert all(v["ok"] for v in verdicts.values())


def test_what_is_refused_stays_out_of_the_job_and_in_its_report() -> None:
    bad = as_jpeg(moved(scene(22), 10))
    world, standing, _ = judged({**GOOD, "moved.jpg": bad})
    assert ask(world, "POST", f"/uploads/{standing['uploadId']}/complete", MAIL)[0] == 202
    on_upload(created(f"uploads/{standing['uploadId']}/manifest.json"), world.kit)
    (event,) = world.bus.events
    assert isinstance(event, ReconstructionRequested) and event.photos == 9
    capture = world.store.objects[event.inputs.index.uri].decode()
    assert '"moved.jpg"' in capture and "It is blurred. Fly slower" in capture


def test_a_capture_is_refused_only_when_too_few_are_left_and_says_what_to_take_again() -> None:
    good = dict(list(GOOD.items())[:2])
    blurred = {f"b{n}.jpg": as_jpeg(moved(scene(50 + n), 60)) for n in range(2)}
    broken = {"c.jpg": GOOD["DJI_0005.JPG"][:5000]}
    world, standing, _ = judged({**good, **broken})
    status, refused = ask(world, "POST", f"/uploads/{standing['uploadId']}/complete", MAIL)
    assert status == 409 and "2 of 3 photos can be used, and at least 3" in refused["detail"]
    assert "c.jpg" in refused["detail"] and "card" in refused["detail"]
    assert [error["field"] for error in refused["errors"]] == ["files.2"]
    assert not world.bus.events
    world, standing, verdicts = judged({**GOOD, **blurred})
    assert not verdicts["b0.jpg"]["ok"]
    advice = standing["summary"]["advice"]
    assert advice == [
        "2 photos are blurred: b0.jpg, b1.jpg. Fly slower or in more light, and take them again "
        "from the same places."
    ]


@pytest.mark.parametrize("name", ["damaged", "dark", "moved", "a copy", "without GPS"])
def test_a_job_is_the_same_whether_its_photos_were_looked_at_before_it_or_not(name: str) -> None:
    files = {**GOOD, "odd.jpg": BAD[name][0]}
    world, standing, _ = judged(files)
    before = captured(world, standing["uploadId"])
    world = FakeWorld()
    upload = begin(world, files)
    send(world, upload, files)
    after = captured(world, upload["uploadId"])
    assert after == before and len(after.rejected) == (not BAD[name][1])
    on_upload(created(f"uploads/{upload['uploadId']}/manifest.json"), world.kit)
    assert len(world.bus.events) == 1


def captured(world: FakeWorld, upload_id: str) -> Capture:
    """What sfm begins from, after the upload is completed; the address apart."""
    assert ask(world, "POST", f"/uploads/{upload_id}/complete", MAIL)[0] == 202
    on_upload(created(f"uploads/{upload_id}/manifest.json"), world.kit)
    (event,) = world.bus.events
    assert isinstance(event, ReconstructionRequested)
    capture = Capture.model_validate_json(world.store.objects[event.inputs.index.uri])
    return capture.model_copy(update={"photos_prefix": ""})


def test_blurred_photos_that_nobody_had_looked_at_are_refused_before_anything_is_launched() -> None:
    world = FakeWorld()
    files = {f"{n}.jpg": as_jpeg(scene(n, (40, 30)).resize(SIZE, SOFT)) for n in range(4)}
    upload = begin(world, files)
    send(world, upload, files)
    assert ask(world, "POST", f"/uploads/{upload['uploadId']}/complete", MAIL)[0] == 202
    on_upload(created(f"uploads/{upload['uploadId']}/manifest.json"), world.kit)
    (event,) = world.bus.events
    assert isinstance(event, CaptureRejected)
    assert "None of the 4 photos can be used; 0.jpg: it is blurred" in event.reason


def test_an_event_that_comes_twice_is_looked_at_once_and_a_new_file_again() -> None:
    world, standing, _ = judged(GOOD)
    key = f"uploads/{standing['uploadId']}/photos/00001-DJI_0000.JPG"
    reads: list[str] = []
    read = world.store.read

    def counted(uri: str) -> bytes:
        reads.append(uri)
        return read(uri)

    world.store.read = counted  # type: ignore[method-assign]
    on_upload(created(key), world.kit)
    assert not reads
    world.put(key, as_jpeg(scene(60)))
    on_upload(created(key), world.kit)
    assert len(reads) == 1


def test_a_photo_that_breaks_the_inspection_is_told_and_holds_nobody_up(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def breaks(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("spaceport_ingest.inspect.verdicts.finding.inspect_photo", breaks)
    _, _, verdicts = judged({"a.jpg": GOOD["DJI_0000.JPG"]})
    assert verdicts["a.jpg"]["kind"] == "unreadable" and "JPEG" in verdicts["a.jpg"]["remedy"]


def test_noise_is_sharp_and_grey_noise_is_well_exposed() -> None:
    image = Image.open(io.BytesIO(jpeg(1, size=(640, 480)))).convert("L")
    assert blur_of(image) < BLURRED and exposure_fault(image) == ""


@pytest.mark.parametrize("size", [(16, 16), (20, 900), (1601, 3)])
def test_small_and_narrow_pictures_have_a_blur_too(size: tuple[int, int]) -> None:
    assert 0 <= blur_of(scene(1, size).convert("L")) <= 1


@pytest.mark.shared
def test_no_sharp_photo_is_told_that_it_is_blurred_or_badly_exposed() -> None:
    """bench/front/verdicts.py measures all of them."""
    paths = [*(SHARED / "brighton-beach").glob("*.JPG")]
    paths += sorted((SHARED / "seneca").rglob("*.[jJ][pP][gG]"))[::8]
    assert len(paths) > 30
    for path in paths:
        grey = _grey(path)
        assert blur_of(grey) < BLURRED and exposure_fault(grey) == "", path


@pytest.mark.shared
def test_photos_that_moved_are_told_so() -> None:
    for path in sorted((SHARED / "brighton-beach").glob("*.JPG"))[::3]:
        assert blur_of(_grey(path).filter(ImageFilter.BoxBlur((8, 0)))) > BLURRED


def _grey(path: Path) -> Image.Image:
    with Image.open(path) as image:
        image.draft("L", (1600, 1600))
        return image.convert("L")


def test_a_photo_that_was_looked_at_is_not_looked_at_again_unless_it_changed() -> None:
    world, standing, _ = judged(GOOD)
    prefix = f"uploads/{standing['uploadId']}/"
    world.put(f"{prefix}photos/00002-DJI_0001.JPG", GOOD["DJI_0001.JPG"] + b"\0")
    reads: list[str] = []
    read = world.store.read

    def counted(uri: str) -> bytes:
        reads.append(uri.rsplit("/", 1)[1])
        return read(uri)

    world.store.read = counted  # type: ignore[method-assign]
    sizes = {file["name"]: file["sizeBytes"] for file in standing["files"]}
    photos = [
        UploadedPhoto(name=name, key=f"{n:05d}-{name}", bytes=size + (n == 2), sha256="")
        for n, (name, size) in enumerate(sizes.items(), start=1)
    ]
    manifest = UploadManifest(email="ada@example.org", photos=tuple(photos))
    world.put(f"{prefix}manifest.json", manifest.model_dump_json().encode())
    on_upload(created(f"{prefix}manifest.json"), world.kit)
    assert reads == ["manifest.json", "00002-DJI_0001.JPG"]
    (event,) = world.bus.events
    assert isinstance(event, ReconstructionRequested) and event.photos == 9
    capture = Capture.model_validate_json(world.store.objects[event.inputs.index.uri])
    assert [photo.name for photo in capture.photos] == list(GOOD)
