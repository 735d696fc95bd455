"""Bad input ends in one clear sentence with a remedy; what still works goes on."""

import io
import json
import zipfile
import zlib
from collections.abc import Mapping

import pytest
from PIL import Image
from tests.fakes_ingest import BUCKET, FakeWorld
from tests.photos_ingest import created, jpeg, photos, picture, png, put_folder, put_zip, zip_of

from spaceport_contracts.capture import Capture
from spaceport_contracts.events import CaptureRejected, ReconstructionRequested
from spaceport_ingest.admission.uploads import on_upload
from spaceport_ingest.inspect.photos.xmp import Xmp, read_xmp
from spaceport_ingest.settings import Limits

GOOD = photos(4)
TEXT = b"I am not a photo.\n" * 20


def refusal(world: FakeWorld, key: str) -> CaptureRejected:
    on_upload(created(key), world.kit)
    (event,) = world.bus.events
    assert isinstance(event, CaptureRejected)
    assert event.reason.endswith(".") and event.remedy.endswith(".")
    assert "Traceback" not in event.reason and "\n" not in event.reason
    assert not any("/ingest/capture/" in uri for uri in world.store.objects)
    return event


def capture(world: FakeWorld, key: str) -> Capture:
    on_upload(created(key), world.kit)
    (event,) = world.bus.events
    assert isinstance(event, ReconstructionRequested), event
    return Capture.model_validate_json(world.store.objects[event.inputs.index.uri])


TOO_LITTLE: list[tuple[str, Mapping[str, bytes], str]] = [
    ("none", {}, "The upload holds no photos."),
    ("one", {"a.jpg": jpeg(1)}, "The upload holds only 1 photo; at least 3 are needed."),
    ("two", {"a.jpg": jpeg(1), "b.jpg": jpeg(2)}, "The upload holds only 2 photos; at least 3"),
    (
        "identical",
        {f"{name}.jpg": jpeg(1) for name in "abcde"},
        "All 5 photos are the same picture (a.jpg).",
    ),
    (
        "text",
        {"photo.jpg": TEXT},
        "The only photo cannot be used; photo.jpg: the file is text and not a photo.",
    ),
    (
        "no photo at all",
        {"a.jpg": TEXT, "b.jpg": b""},
        "None of the 2 photos can be used; a.jpg: the file is text and not a photo.",
    ),
    (
        "half",
        {"a.jpg": jpeg(1), "b.jpg": jpeg(2), "c.jpg": TEXT},
        "Only 2 of 3 photos can be used and at least 3 are needed; c.jpg: the file is text",
    ),
    ("other files", {"notes.txt": TEXT}, "The upload holds no photos."),
    (
        "video",
        {"flight.mp4": b"\0\0\0\x18ftypmp42"},
        "The only photo cannot be used; flight.mp4: this is a video.",
    ),
]


@pytest.mark.parametrize("put", [put_zip, put_folder], ids=["zip", "folder"])
@pytest.mark.parametrize(("files", "reason"), [case[1:] for case in TOO_LITTLE], ids=lambda v: "")
def test_too_little(put: object, files: Mapping[str, bytes], reason: str) -> None:
    world = FakeWorld()
    key = put_zip(world, files) if put is put_zip else put_folder(world, files)
    event = refusal(world, key)
    assert event.reason.startswith(reason)
    assert "at least 3 sharp JPEG photos" in event.remedy


def truncated(content: bytes) -> bytes:
    return content[: len(content) // 2]


def grey_end(content: bytes) -> bytes:
    """Cut off inside the picture and ended as if nothing were missing."""
    return content[: len(content) // 2] + b"\xff\xd9"


def saved(image_format: str) -> bytes:
    stream = io.BytesIO()
    picture(9).save(stream, image_format)
    return stream.getvalue()


BAD_PHOTOS = [
    ("a.jpg", TEXT, "text"),
    ("a.jpg", b"", "empty"),
    ("a.jpg", bytes(range(256)) * 4, "not a photo"),
    ("a.jpg", truncated(jpeg(9)), "cut off before its end"),
    ("a.jpg", grey_end(jpeg(9, size=(512, 512))), "lower part"),
    ("a.png", truncated(png(9)), "cut off before its end"),
    ("a.jpg", b"\xff\xd8\xff" + bytes(500), "damaged"),
    ("a.jpg", saved("BMP"), "export the photo as JPEG"),
    ("a.tif", saved("TIFF")[:5000], "cut off before its end"),
    ("a.jpg", saved("GIF"), "GIF"),
    ("a.heic", b"\0\0\0\x18ftypheic", "export the photo as JPEG"),
    ("a.jpg", b"\0\0\0\x18ftypheic", "HEIC"),
    ("a.jpg", saved("WEBP"), "WebP"),
    ("a.jpg", zip_of({"b": b""}), "zip"),
    ("a.dng", b"II*\0", "export the photo as JPEG"),
    ("copy of 2.JPG", GOOD["DJI_0002.JPG"], "copy of DJI_0002.JPG"),
    ("same picture.JPG", jpeg(2, gps=False), "copy of DJI_0002.JPG"),
]


@pytest.mark.parametrize(
    ("name", "content", "reason"), BAD_PHOTOS, ids=[f"{case[0]}: {case[2]}" for case in BAD_PHOTOS]
)
def test_one_bad_photo_among_good_is_left_out(name: str, content: bytes, reason: str) -> None:
    found = capture(world := FakeWorld(), put_zip(world, {**GOOD, name: content}))
    assert [photo.name for photo in found.photos] == list(GOOD)
    (rejected,) = found.rejected
    assert rejected.name == name and reason in rejected.reason


def test_too_many_pixels_are_refused_before_they_are_decoded() -> None:
    world = FakeWorld(Limits(workers=1, max_photo_pixels=100 * 64))
    found = capture(world, put_zip(world, {**GOOD, "huge.jpg": jpeg(9, size=(101, 64))}))
    assert "megapixels" in found.rejected[0].reason


def png_chunk(name: bytes, data: bytes) -> bytes:
    check = zlib.crc32(name + data).to_bytes(4, "big")
    return len(data).to_bytes(4, "big") + name + data + check


def test_a_zip_whose_start_is_missing_loses_one_photo() -> None:
    found = capture(world := FakeWorld(), put_archive(world, zip_of(GOOD)[9:]))
    assert [photo.name for photo in found.rejected] == ["DJI_0000.JPG"]


def test_a_decompression_bomb_is_one_bad_photo() -> None:
    header = (60000).to_bytes(4, "big") * 2 + b"\x08\x02\0\0\0"
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(bytes(999))), (b"IEND", b""))
    bomb = b"\x89PNG\r\n\x1a\n" + b"".join(png_chunk(*chunk) for chunk in chunks)
    found = capture(world := FakeWorld(), put_zip(world, {**GOOD, "bomb.png": bomb}))
    assert "export it smaller" in found.rejected[0].reason


def test_the_largest_photo_is_limited() -> None:
    world = FakeWorld(Limits(workers=1, max_photo_bytes=100_000))
    files = {**GOOD, "large.jpg": jpeg(9, size=(600, 600))}
    assert "MB" in capture(world, put_folder(world, files)).rejected[0].reason


def test_gps_and_cameras_that_differ_are_said() -> None:
    files = {**GOOD, "c.jpg": jpeg(11, gps=False), "d.jpg": jpeg(12, model="FC300S")}
    files["e.jpg"] = jpeg(13, size=(64, 96), orientation=6)  # the same camera, upright
    found = capture(world := FakeWorld(), put_zip(world, files))
    assert len(found.photos) == 7
    assert found.photos[-1].orientation == 6
    gps, cameras = found.warnings
    assert gps == "1 photo of 7 carries no GPS: c.jpg."
    assert "DJI FC6310 96 x 64 (6)" in cameras and "DJI FC300S 96 x 64 (1)" in cameras


def test_without_any_gps_it_goes_on() -> None:
    found = capture(world := FakeWorld(), put_zip(world, {f"{n}.png": png(n) for n in range(3)}))
    assert found.warnings == (
        "No photo carries GPS: the result has no true scale, heading or place.",
    )


def test_what_the_photos_say_is_kept() -> None:
    photo = capture(world := FakeWorld(), put_zip(world, GOOD)).photos[0]
    assert (photo.make, photo.model) == ("DJI", "FC6310")
    assert (photo.width_px, photo.height_px, photo.orientation) == (96, 64, 1)
    assert photo.latitude_deg == pytest.approx(46.8426070833)
    assert photo.longitude_deg == pytest.approx(-91.9945598889)
    assert photo.altitude_m == pytest.approx(198.309)
    assert photo.relative_altitude_m == pytest.approx(40.2)
    assert photo.calibrated_focal_px == pytest.approx(3666.666504)
    assert photo.focal_35mm == 24
    assert photo.taken_at is not None and photo.taken_at.isoformat() == "2016-06-23T16:31:59"


def test_photos_of_a_manifest_that_did_not_arrive_or_changed() -> None:
    world = FakeWorld()
    key = put_folder(world, GOOD | {"short.jpg": jpeg(7), "gone.jpg": jpeg(8), "odd.jpg": jpeg(9)})
    prefix = f"s3://{BUCKET}/uploads/trip/photos/"
    world.store.objects[prefix + "short.jpg"] = world.store.objects[prefix + "short.jpg"][:50]
    del world.store.objects[prefix + "gone.jpg"]
    flipped = bytearray(world.store.objects[prefix + "odd.jpg"])
    flipped[-20] ^= 1
    world.store.objects[prefix + "odd.jpg"] = bytes(flipped)
    found = capture(world, key)
    reasons = {photo.name: photo.reason for photo in found.rejected}
    assert "50 of its" in reasons["short.jpg"]
    assert reasons["gone.jpg"] == "It did not arrive; upload it again."
    assert reasons["odd.jpg"] == "The file arrived damaged; upload it again."


def test_an_upload_that_is_mostly_missing_is_incomplete() -> None:
    world = FakeWorld()
    key = put_folder(world, photos(8))
    for number in range(5):
        del world.store.objects[f"s3://{BUCKET}/uploads/trip/photos/DJI_{number:04d}.JPG"]
    assert "5 of 8 photos did not arrive" in refusal(world, key).reason


@pytest.mark.parametrize(
    "manifest",
    [
        b"",
        b"null",
        b"[]",
        b"{not json",
        b'{"photos": 3}',
        b'{"photos": [], "quality": "ultra", "email": "ada@example.org"}',
        b'{"photos": [{"name": "a", "key": "../../etc/passwd", "bytes": 1, "sha256": ""}]}',
        b'{"photos": [{"name": "a", "key": "/a.jpg", "bytes": 1, "sha256": ""}]}',
        b'{"photos": [{"name": "a", "key": "a b.jpg", "bytes": 1, "sha256": ""}]}',
    ],
)
def test_a_broken_manifest(manifest: bytes) -> None:
    world = FakeWorld()
    world.put("uploads/trip/manifest.json", manifest)
    event = refusal(world, "uploads/trip/manifest.json")
    assert "manifest.json" in event.reason
    if b"ultra" in manifest:
        assert event.email == "ada@example.org"  # whoever sent it must hear of it


def test_an_email_that_cannot_work_is_said() -> None:
    found = capture(world := FakeWorld(), put_folder(world, GOOD, email="not-an-email"))
    event = world.bus.events[0]
    assert isinstance(event, ReconstructionRequested) and event.email is None
    assert found.warnings == (
        "not-an-email is not an e-mail address, so nobody was told by e-mail.",
    )


def test_a_quality_that_is_not_known_in_a_zips_metadata() -> None:
    world = FakeWorld()
    event = refusal(world, put_zip(world, GOOD, quality="ultra", email="ada@example.org"))
    assert "ultra" in event.reason and "draft, standard, high" in event.remedy
    assert event.email == "ada@example.org"


def archive(*entries: tuple[zipfile.ZipInfo | str, bytes], method: int = 0) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", method) as packed:
        for entry, content in entries:
            packed.writestr(entry, content)
    return stream.getvalue()


def put_archive(world: FakeWorld, content: bytes) -> str:
    world.put("uploads/trip.zip", content)
    return "uploads/trip.zip"


GOOD_ENTRIES = tuple(GOOD.items())


@pytest.mark.parametrize(
    "name", ["../../etc/cron.d/x.jpg", "/etc/x.jpg", "a/../../x.jpg", "..\\x.jpg", "C:\\x.jpg"]
)
def test_a_zip_that_climbs_out(name: str) -> None:
    world = FakeWorld()
    info = zipfile.ZipInfo("placeholder")
    info.filename = info.orig_filename = name
    event = refusal(world, put_archive(world, archive(*GOOD_ENTRIES, (info, jpeg(9)))))
    assert "points outside of the zip" in event.reason
    assert not any("jobs/" in uri for uri in world.store.objects)


def test_a_zip_bomb_by_ratio() -> None:
    bomb = archive(("bomb.jpg", bytes(20 << 20)), method=zipfile.ZIP_DEFLATED)
    event = refusal(world := FakeWorld(), put_archive(world, bomb))
    assert "zip bomb" in event.reason and "bomb.jpg" in event.reason


def test_a_zip_that_unpacks_to_too_much() -> None:
    world = FakeWorld(Limits(workers=1, max_capture_bytes=5_000))
    assert "unpacks to" in refusal(world, put_archive(world, archive(*GOOD_ENTRIES))).reason


def test_a_zip_whose_entries_overlap() -> None:
    content = bytearray(archive(*((f"{n}.jpg", jpeg(5)) for n in range(6))))
    first = content.find(b"PK\x01\x02")
    at = first
    while at >= 0:  # every entry of the directory points to the first one's bytes
        content[at + 42 : at + 46] = (0).to_bytes(4, "little")
        at = content.find(b"PK\x01\x02", at + 46)
    event = refusal(world := FakeWorld(), put_archive(world, bytes(content)))
    assert "overlap" in event.reason.lower()


def test_an_entry_that_lies_about_its_size_is_one_bad_photo() -> None:
    content = bytearray(archive(*GOOD_ENTRIES, ("liar.jpg", bytes(900)), method=8))
    at = content.rfind(b"PK\x01\x02")
    content[at + 24 : at + 28] = (10).to_bytes(4, "little")
    found = capture(world := FakeWorld(), put_archive(world, bytes(content)))
    assert found.rejected[0].reason == "It is damaged inside the zip; make the zip again."


def test_an_entry_with_flipped_bits_is_one_bad_photo() -> None:
    content = bytearray(archive(*GOOD_ENTRIES))
    at = content.find(GOOD["DJI_0001.JPG"])
    content[at + 3000] ^= 0xFF
    found = capture(world := FakeWorld(), put_archive(world, bytes(content)))
    assert [photo.name for photo in found.rejected] == ["DJI_0001.JPG"]


def test_an_encrypted_zip() -> None:
    content = bytearray(archive(*GOOD_ENTRIES))
    content[content.find(b"PK\x01\x02") + 8] |= 1
    event = refusal(world := FakeWorld(), put_archive(world, bytes(content)))
    assert "encrypted" in event.reason and "password" in event.remedy


def test_a_zip_packed_by_a_rare_method() -> None:
    packed = archive(*GOOD_ENTRIES, method=zipfile.ZIP_LZMA)
    event = refusal(world := FakeWorld(), put_archive(world, packed))
    assert "method" in event.reason


def test_a_link_in_a_zip_is_left_out() -> None:
    link = zipfile.ZipInfo("link.jpg")
    link.external_attr = 0o120777 << 16
    packed = archive(*GOOD_ENTRIES, (link, b"/etc/passwd"))
    found = capture(world := FakeWorld(), put_archive(world, packed))
    assert [photo.name for photo in found.rejected] == ["link.jpg"]


@pytest.mark.parametrize("content", [b"", TEXT, b"PK\x03\x04", zip_of(GOOD)[:-30]])
def test_what_is_no_zip(content: bytes) -> None:
    event = refusal(world := FakeWorld(), put_archive(world, content))
    assert "zip" in event.reason


def test_a_zip_with_a_forged_directory_is_not_read_into_memory() -> None:
    world = FakeWorld(Limits(workers=1, max_zip_directory_bytes=1000))
    key = put_archive(world, archive(*((f"{n}.jpg", b"") for n in range(500))))
    assert "directory" in refusal(world, key).reason
    assert sum(length for _, length in world.objects.ranges_read) <= 1000


def test_too_many_photos_and_entries() -> None:
    world = FakeWorld(Limits(workers=1, max_photos=3))
    assert "more than 3" in refusal(world, put_zip(world, GOOD)).reason
    world = FakeWorld(Limits(workers=1, max_zip_entries=3))
    assert "4 entries" in refusal(world, put_zip(world, GOOD)).reason


def test_names_that_differ_only_where_keys_cannot_tell() -> None:
    names = ["ä.jpg", "a.jpg", "A.JPG", "日本.jpg", "中国.jpg", "a b.jpg", "a_b.jpg", "x/ä.jpg"]
    files = {name: jpeg(number) for number, name in enumerate(names)}
    found = capture(world := FakeWorld(), put_zip(world, files))
    keys = [photo.key for photo in found.photos]
    assert [photo.name for photo in found.photos] == names
    assert len({key.lower() for key in keys}) == len(names)
    for key, content in zip(keys, files.values(), strict=True):
        assert world.store.objects[found.photos_prefix + key] == content


def test_utf8_names_of_packers_that_do_not_say_so() -> None:
    content = archive(*((f"Küste {n}.jpg", jpeg(n)) for n in range(3)))
    plain = bytearray(content)
    for magic, offset in ((b"PK\x03\x04", 7), (b"PK\x01\x02", 9)):
        at = plain.find(magic)
        while at >= 0:
            plain[at + offset] &= ~0x08
            at = plain.find(magic, at + 4)
    found = capture(world := FakeWorld(), put_archive(world, bytes(plain)))
    assert [photo.name for photo in found.photos] == [f"Küste {n}.jpg" for n in range(3)]


def test_a_zip_from_windows_with_backslashes_folders_and_old_letters() -> None:
    """As .NET before 4.6.1 and old packers write them: the folders are entries, too."""
    folders = [("Kuste\\", b""), ("Kuste\\100MEDIA\\", b"")]
    shots = [(f"Kuste\\100MEDIA\\DJI {n}.JPG", jpeg(n)) for n in range(3)]
    # Code page 437 knows the letter as byte 0x81, and no flag says which page it is.
    packed = archive(*folders, *shots).replace(b"Kuste", b"K\x81ste")
    found = capture(world := FakeWorld(), put_archive(world, packed))
    assert [photo.name for photo in found.photos] == [
        f"Küste/100MEDIA/DJI {n}.JPG" for n in range(3)
    ]
    assert found.rejected == () and found.warnings == ()


def test_broken_exif_is_no_exif() -> None:
    content = bytearray(jpeg(3))
    at = content.find(b"Exif\0\0")
    content[at + 6 : at + 60] = bytes(range(54))
    found = capture(world := FakeWorld(), put_zip(world, {**GOOD, "odd.jpg": bytes(content)}))
    # the picture itself is the one of DJI_0003.JPG, hence a copy: it was decoded all the same
    assert "copy of DJI_0003.JPG" in found.rejected[0].reason
    assert Image.open(io.BytesIO(content)).size == (96, 64)


def test_an_entry_that_is_larger_packed_than_unpacked() -> None:
    content = bytearray(archive(*GOOD_ENTRIES, ("odd.jpg", bytes(900))))
    at = content.rfind(b"PK\x01\x02")
    content[at + 24 : at + 28] = (0).to_bytes(4, "little")
    content[at + 20 : at + 24] = (len(content) - 2000).to_bytes(4, "little")
    event = refusal(world := FakeWorld(), put_archive(world, bytes(content)))
    assert "larger packed than unpacked" in event.reason
    assert sum(length for _, length in world.objects.ranges_read) < 300_000


def test_a_manifest_of_any_size_is_not_read_into_memory() -> None:
    world = FakeWorld(Limits(workers=1, max_manifest_bytes=1000))
    key = put_folder(world, GOOD, email="ada@example.org", title="Beach")
    world.store.objects[f"s3://{BUCKET}/{key}"] += b" " * 2000
    event = refusal(world, key)
    assert "too large" in event.reason
    assert (event.email, event.title) == ("ada@example.org", "Beach")


HEAD = b'{"title": "Beach", "email": "ada@example.org", "photos": '


@pytest.mark.parametrize(
    "rest",
    [
        b"[" * 100_000 + b"]" * 100_000 + b"}",
        b'[], "more": "\\ud800"}',
        b'[{"name": "\\udfff", "key": "a", "bytes": 1, "sha256": ""}]}',
        b'[], "more": ' + b"9" * 5000 + b"}",
        b"[",
        b"\xff\xfe",
    ],
    ids=["deep", "half a pair", "half a pair in a name", "digits", "cut off", "no text"],
)
def test_whoever_sent_a_broken_manifest_hears_of_it(rest: bytes) -> None:
    world = FakeWorld()
    world.put("uploads/trip/manifest.json", HEAD + rest)
    event = refusal(world, "uploads/trip/manifest.json")
    assert (event.email, event.title) == ("ada@example.org", "Beach")


def test_a_title_that_is_no_text_does_not_cost_the_sender_the_answer() -> None:
    world = FakeWorld()
    world.put("uploads/trip/manifest.json", b'{"title": "\\q", "email": "ada@example.org"')
    event = refusal(world, "uploads/trip/manifest.json")
    assert (event.email, event.title) == ("ada@example.org", "trip")


@pytest.mark.parametrize("number", [51, 2_900, 19_000])
def test_however_many_photos_are_refused_the_event_stays_small(number: int) -> None:
    """2,900 refusals once went past DynamoDB's 400 KB, and the user heard nothing."""
    world = FakeWorld()
    name = "Überflug 🚁 " + "x" * 90
    files = {f"{name}/{n:05d}.dng": b"II*\0" for n in range(number)}
    event = refusal(world, put_zip(world, files))
    assert (len(event.rejected), event.rejected_total) == (50, number)
    assert event.rejected_list is not None
    listed = json.loads(world.store.objects[event.rejected_list.uri])
    assert [photo["name"] for photo in listed] == list(files)
    (run,) = world.ledger.runs.values()
    assert run.outcome is not None
    assert max(len(run.outcome), len(event.model_dump_json())) < 64 * 1024


def test_names_and_titles_without_end_do_not_swell_what_is_said() -> None:
    world = FakeWorld()
    names = [f"{n}{'🚁' * 15_000}.jpg" for n in range(3)]
    key = put_zip(world, dict.fromkeys(names, TEXT), title="x" * 2000, email="y" * 2000)
    assert len(refusal(world, key).model_dump_json()) < 8 * 1024


WORDS = [
    "=?nope?q?x?=",
    "=?utf-8?b?A?=",
    "=?utf-8?q?=FF=FE?=",
    "=?utf-16?q?a?=",
    "=?base64?q?abc?=",
    "=?rot13?q?abc?=",
    "=?utf-8?b?=F0=9F?=",
    "=?\0?q?x?=",
    "=?ascii?q?=E4?= =?utf-8?q?b?=",
    "=?utf-8?x?abc?=",
    "=?utf-7?q?+2AA-?=",
    "\ud800",
]


@pytest.mark.parametrize("word", WORDS)
@pytest.mark.parametrize("field", ["title", "email", "quality", "colour"])
def test_an_undecodable_word_in_any_header_gets_a_verdict(field: str, word: str) -> None:
    world = FakeWorld()
    on_upload(created(put_zip(world, GOOD, **{field: word})), world.kit)
    (event,) = world.bus.events
    assert isinstance(event, CaptureRejected) == (field == "quality")
    event.model_dump_json().encode()


def test_a_photo_that_breaks_the_inspection_is_one_bad_photo(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A bug of ours once left the whole upload without a word for an hour."""
    odd = jpeg(9)

    def broken(content: bytes) -> Xmp:
        if content == odd:
            raise ZeroDivisionError("a bug")
        return read_xmp(content)

    monkeypatch.setattr("spaceport_ingest.inspect.photos.photo.read_xmp", broken)
    found = capture(world := FakeWorld(), put_zip(world, {**GOOD, "odd.jpg": odd}))
    assert [photo.name for photo in found.photos] == list(GOOD)
    assert "inside Spaceport" in found.rejected[0].reason
