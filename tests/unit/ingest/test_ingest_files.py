"""Files that people have on their cards and disks: what is used, what is named, what is let be."""

import io
import struct
import zipfile
import zlib
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from threading import Event
from typing import Any

import inflate64
import pillow_heif
import pytest
from PIL import ExifTags, Image, ImageDraw
from tests.fakes_ingest import FakeWorld
from tests.photos_ingest import created, jpeg, photos, picture, png, put_folder, put_zip, zip_of

from spaceport_contracts.capture import Capture, ImageKind
from spaceport_contracts.events import CaptureRejected, ReconstructionRequested
from spaceport_ingest.admission.uploads import on_upload
from spaceport_ingest.inspect.archives.archive import ZIP_DEFLATE64
from spaceport_ingest.inspect.photos.budget import PixelBudget
from spaceport_ingest.inspect.photos.jpeg import read_structure
from spaceport_ingest.settings import Limits

GOOD = photos(4)
pillow_heif.register_heif_opener()


def capture(world: FakeWorld, key: str) -> Capture:
    on_upload(created(key), world.kit)
    (event,) = world.bus.events
    assert isinstance(event, ReconstructionRequested), event
    return Capture.model_validate_json(world.store.objects[event.inputs.index.uri])


def refusal(world: FakeWorld, key: str) -> CaptureRejected:
    on_upload(created(key), world.kit)
    (event,) = world.bus.events
    assert isinstance(event, CaptureRejected), event
    return event


def used(files: Mapping[str, bytes]) -> Capture:
    """The capture that a zip of these files becomes."""
    world = FakeWorld()
    return capture(world, put_zip(world, files))


def refused(files: Mapping[str, bytes]) -> CaptureRejected:
    world = FakeWorld()
    return refusal(world, put_zip(world, files))


def names(found: Capture) -> list[str]:
    return [photo.name for photo in found.photos]


def saved(image: Image.Image, image_format: str, **options: Any) -> bytes:
    stream = io.BytesIO()
    image.save(stream, image_format, **options)
    return stream.getvalue()


def framed(seed: int, colour: int, mode: str = "RGB") -> Image.Image:
    """A photo with a border of one colour: burnt snow, black water, a frame."""
    image = picture(seed, (256, 192)).convert(mode)
    draw = ImageDraw.Draw(image)
    fill = (colour,) * 3 if mode == "RGB" else colour
    draw.rectangle((0, 120, 256, 192), fill=fill)
    return image


@pytest.mark.parametrize("colour", [0, 128, 200, 255])
@pytest.mark.parametrize("mode", ["RGB", "L"])
@pytest.mark.parametrize(
    "options",
    [
        {"quality": 90},
        {"quality": 90, "optimize": True},
        {"quality": 90, "progressive": True},
        {"quality": 100, "subsampling": 0},
    ],
    ids=["plain", "optimised", "progressive", "full colour"],
)
def test_an_edge_of_one_colour_is_no_missing_part(
    mode: str, colour: int, options: dict[str, Any]
) -> None:
    files = {f"{n}.jpg": saved(framed(n, colour, mode), "JPEG", **options) for n in range(3)}
    assert used(files).rejected == ()
    files = {f"{n}.png": saved(framed(n, colour, mode), "PNG") for n in range(3)}
    assert used(files).rejected == ()


CUT = [
    (share, options)
    for share in (0.2, 0.5, 0.8)
    for options in (
        {},
        {"subsampling": 0},
        {"optimize": True},
        {"progressive": True},
        {"mode": "L"},
    )
    if (share, options) != (0.8, {"progressive": True})  # only the last bits' refinement is cut
]


@pytest.mark.parametrize(("share", "options"), CUT)
def test_a_part_that_is_missing_is_found(share: float, options: dict[str, Any]) -> None:
    image = picture(9, (512, 512)).convert(options.get("mode", "RGB"))
    how = {name: value for name, value in options.items() if name != "mode"}
    content = saved(image, "JPEG", quality=85, **how)
    cut = content[: round(share * len(content))] + b"\xff\xd9"
    found = used({**GOOD, "cut.jpg": cut})
    assert [photo.name for photo in found.rejected] == ["cut.jpg"]


def cut_out(seed: int) -> Image.Image:
    image = picture(seed).convert("RGBA")
    mask = Image.new("L", image.size, 0)
    ImageDraw.Draw(mask).ellipse((10, 6, 86, 58), fill=255)
    image.putalpha(mask)
    return image


def test_transparency_is_a_mask_and_no_missing_part() -> None:
    files = {f"{n}.png": saved(cut_out(n), "PNG") for n in range(3)}
    empty = picture(8).convert("RGBA")
    empty.putalpha(0)
    files["empty.png"] = saved(empty, "PNG")
    found = used(files)
    assert names(found) == ["0.png", "1.png", "2.png"]
    assert [photo.name for photo in found.rejected] == ["empty.png"]


def wide_grey(seed: int, high: int = 65_535) -> Image.Image:
    """16-bit grey whose values use a part of the range, as mapping cameras write them."""
    values = [level * high // 255 for level in picture(seed).convert("L").tobytes()]
    return Image.frombytes("I;16", (96, 64), struct.pack(f"<{len(values)}H", *values))


@pytest.mark.parametrize("high", [65_535, 4095, 300])
@pytest.mark.parametrize("image_format", ["PNG", "TIFF"])
def test_16_bit_greys_are_no_copies_of_each_other(high: int, image_format: str) -> None:
    files = {f"{n}.{image_format}": saved(wide_grey(n, high), image_format) for n in range(3)}
    found = used(files)
    assert len(found.photos) == 3 and found.rejected == ()


FORMATS: list[tuple[str, str, dict[str, Any]]] = [
    ("TIFF", "RGB", {}),
    ("TIFF", "RGB", {"compression": "tiff_lzw"}),
    ("TIFF", "RGBA", {"compression": "tiff_deflate"}),
    ("TIFF", "CMYK", {}),
    ("JPEG", "CMYK", {}),
    ("JPEG", "L", {}),
    ("PNG", "P", {}),
    ("PNG", "LA", {}),
    ("HEIF", "RGB", {"quality": 90}),
]


@pytest.mark.parametrize(("image_format", "mode", "options"), FORMATS)
@pytest.mark.parametrize("suffix", ["as it should be", ".jpg"])
def test_every_format_under_its_own_and_under_another_ending(
    image_format: str, mode: str, options: dict[str, Any], suffix: str
) -> None:
    own = {"TIFF": ".TIF", "JPEG": ".JPG", "PNG": ".png", "HEIF": ".HEIC"}[image_format]
    ending = own if suffix.startswith("as") else suffix
    tags = Image.Exif()
    tags[ExifTags.Base.Model] = "Camera"
    files = {
        f"{n}{ending}": saved(
            picture(n, (128, 96)).convert(mode), image_format, exif=tags.tobytes(), **options
        )
        for n in range(3)
    }
    for put in (put_zip, put_folder):
        world = FakeWorld()
        found = capture(world, put(world, files))
        assert found.rejected == ()
        assert {(p.model, p.width_px, p.height_px) for p in found.photos} == {("Camera", 128, 96)}
        for photo in found.photos:
            assert world.store.objects[found.photos_prefix + photo.key] == files[photo.name]


@pytest.mark.parametrize(
    "name",
    ["IMG_0001", "a.jpg_large", "a.JPG~", "a.jpg.bak", "a.JPG (1)", "a.jfif", "a.jpe", "a.tmp"],
)
@pytest.mark.parametrize("put", [put_zip, put_folder], ids=["zip", "folder"])
def test_a_jpeg_under_any_ending_is_a_photo(put: Any, name: str) -> None:
    key = name.replace(" ", "_").replace("(", "").replace(")", "").replace("~", "_")
    name = name if put is put_zip else key
    found = capture(world := FakeWorld(), put(world, {**GOOD, name: jpeg(9)}))
    assert names(found) == [*GOOD, name]


def test_files_that_are_no_photos_are_no_part_of_the_total() -> None:
    litter = {
        "DJI_0000.DNG": b"II*\0" + bytes(2000),
        "DJI_0001.dng": b"II*\0" + bytes(2000),
        "lost.dng": b"II*\0" + bytes(2000),
        "DJI_0099.MP4": b"\0\0\0\x18ftypmp42" + bytes(2000),
        "DJI_0099.SRT": b"1\n00:00:00,000\n" * 200,
        "old.zip": zip_of({"a.jpg": jpeg(7)}),
        "._DJI_0000.JPG": bytes(4096),
        "sub/.hidden.jpg": jpeg(8),
    }
    found = used({**GOOD, **litter})
    assert names(found) == list(GOOD)
    assert [photo.name for photo in found.rejected] == ["lost.dng"]
    assert found.warnings == (
        "2 raw files beside a photo were left out: DJI_0000.DNG, DJI_0001.dng.",
        "1 video was left out: DJI_0099.MP4.",
        "1 archive inside the upload was left out: old.zip.",
        "1 file is no photo and was left out: DJI_0099.SRT.",
    )


def test_zips_inside_a_zip_are_opened_where_there_are_no_photos() -> None:
    inner = {f"10{n}MEDIA.zip": zip_of({f"DJI_{n}{i}.JPG": jpeg(10 * n + i) for i in range(2)})
             for n in range(2)}  # fmt: skip
    broken = {"broken.zip": b"PK\x03\x04", "readme.txt": b"hello"}
    for method in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        world = FakeWorld()
        world.put("uploads/trip.zip", zip_of({**inner, **broken}, method))
        found = capture(world, "uploads/trip.zip")
        assert names(found) == [f"10{n}MEDIA.zip/DJI_{n}{i}.JPG" for n in range(2) for i in (0, 1)]
        assert [photo.name for photo in found.rejected] == ["broken.zip"]


def test_a_bomb_inside_a_zip_stays_shut() -> None:
    bomb = zip_of({"a.jpg": bytes(20 << 20)}, zipfile.ZIP_DEFLATED)
    event = refused({"inner.zip": bomb})
    assert "zip bomb" in event.rejected[0].reason
    world = FakeWorld(Limits(workers=1, max_nested_zip_bytes=1000))
    assert "MB" in refusal(world, put_zip(world, {"inner.zip": zip_of(GOOD)})).rejected[0].reason


def stored(content: bytes) -> bytes:
    """Stored blocks are the same in Deflate and in Deflate64."""
    return deflated(content, 0)


def deflated(content: bytes, level: int = 9) -> bytes:
    packer = zlib.compressobj(level, zlib.DEFLATED, -15)
    return packer.compress(content) + packer.flush()


def deflated64(content: bytes) -> bytes:
    """What Deflate lacks: matches longer than 258 bytes and further back than 32 KiB."""
    packer = inflate64.Deflater()
    return bytes(packer.deflate(content) + packer.flush())


def deflate64_zip(files: Mapping[str, bytes], pack: Callable[[bytes], bytes] = stored) -> bytes:
    """As Windows packs from 2 GB on."""
    members, directory, offset = [], [], 0
    for name, content in files.items():
        packed, raw = pack(content), name.encode()
        sizes = (zlib.crc32(content), len(packed), len(content), len(raw), 0)
        common = struct.pack("<HHHHHIIIHH", 21, 0, ZIP_DEFLATE64, 0x6000, 0x5A21, *sizes)
        members.append(b"PK\3\4" + common + raw + packed)
        tail = struct.pack("<HHHII", 0, 0, 0, 32, offset)
        directory.append(b"PK\1\2" + struct.pack("<H", 21) + common + tail + raw)
        offset += len(members[-1])
    central = b"".join(directory)
    counts = (0, 0, len(directory), len(directory), len(central), offset, 0)
    return b"".join(members) + central + b"PK\5\6" + struct.pack("<HHHHIIH", *counts)


def test_a_zip_that_windows_packed_is_unpacked() -> None:
    world = FakeWorld()
    world.put("uploads/trip.zip", deflate64_zip(GOOD))
    found = capture(world, "uploads/trip.zip")
    assert names(found) == list(GOOD)
    for photo in found.photos:
        assert world.store.objects[found.photos_prefix + photo.key] == GOOD[photo.name]


def test_a_zip_that_windows_really_packed_is_unpacked_folder_in_folder() -> None:
    files = {
        f"Flug/DCIM/100MEDIA/{seed}/DJI_{seed:04d}.TIF": saved(framed(seed, 200), "TIFF")
        for seed in range(4)
    }
    content = files["Flug/DCIM/100MEDIA/0/DJI_0000.TIF"]
    assert zlib.decompressobj(-15).decompress(deflated64(content)) != content, "it is no Deflate"
    world = FakeWorld()
    world.put("uploads/trip.zip", deflate64_zip(files, deflated64))
    found = capture(world, "uploads/trip.zip")
    assert sorted(names(found)) == sorted(files)
    for photo in found.photos:
        assert world.store.objects[found.photos_prefix + photo.key] == files[photo.name]


def test_a_damaged_or_lying_entry_of_windows_is_one_bad_photo() -> None:
    content = bytearray(deflate64_zip({**GOOD, "liar.jpg": bytes(1 << 20)}, deflated))
    at = content.rfind(b"PK\x01\x02")
    content[at + 24 : at + 28] = (2000).to_bytes(4, "little")
    content[content.find(b"DJI_0001.JPG") + 12] = 0xFF
    world = FakeWorld()
    world.put("uploads/trip.zip", bytes(content))
    found = capture(world, "uploads/trip.zip")
    assert [photo.name for photo in found.rejected] == ["DJI_0001.JPG", "liar.jpg"]


def test_black_white_and_empty_frames_are_named() -> None:
    noise = Image.effect_noise((256, 192), 1.0).point(lambda value: max(0, value - 126))
    files = {
        **GOOD,
        "cap.jpg": saved(noise.convert("RGB"), "JPEG"),
        "burnt.jpg": saved(Image.new("RGB", (256, 192), (255, 255, 255)), "JPEG"),
        "grey16.png": saved(Image.new("I;16", (256, 192), 700), "PNG"),
    }
    found = used(files)
    assert names(found) == list(GOOD)
    assert {photo.name for photo in found.rejected} == {"cap.jpg", "burnt.jpg", "grey16.png"}
    assert all("shows nothing" in photo.reason for photo in found.rejected)


@pytest.mark.parametrize(
    ("name", "xmp", "kind"),
    [
        ("DJI_20230614120000_0001_T.JPG", b"", ImageKind.THERMAL),
        ("DJI_20230614120000_0001_V.JPG", b"", ImageKind.VISIBLE),
        ("facade_T.JPG", b"", ImageKind.VISIBLE),
        ("a.JPG", b'drone-dji:ImageSource="InfraredCamera"', ImageKind.THERMAL),
        ("a.JPG", b'drone-dji:ImageSource="WideCamera"', ImageKind.VISIBLE),
        ("a.JPG", b"<drone-dji:ImageSource>ThermalCamera</drone-dji:ImageSource>", "thermal"),
    ],
)
def test_pictures_of_heat_are_told_from_pictures_of_light(name: str, xmp: bytes, kind: str) -> None:
    content = jpeg(9, xmp=b"<x:xmpmeta><a " + xmp + b"></x:xmpmeta>")
    found = used({**GOOD, name: content})
    assert found.photos[-1].image_kind == kind


def raw_tiff(*, dng: bool) -> bytes:
    """A raw file's first folder is a small preview."""
    tags = Image.Exif()
    if dng:
        tags[50706] = b"\1\4\0\0"
    else:
        tags[254] = 1
    return saved(picture(9), "TIFF", exif=tags)


@pytest.mark.parametrize("dng", [True, False])
def test_a_raw_file_that_calls_itself_something_else_is_not_its_preview(dng: bool) -> None:
    found = used({**GOOD, "a.tif": raw_tiff(dng=dng)})
    assert "raw file" in found.rejected[0].reason


# --- bombs of pixels and of scans ------------------------------------------------------------


def png_of(width: int, height: int, colour_type: int = 2) -> bytes:
    """All of one colour: small as a file, large as a picture."""
    channels = {0: 1, 2: 3, 6: 4}[colour_type]
    packer, row = zlib.compressobj(9), bytes(1 + width * channels)
    body = b"".join(packer.compress(row) for _ in range(height)) + packer.flush()
    head = struct.pack(">IIBBBBB", width, height, 8, colour_type, 0, 0, 0)
    chunks = ((b"IHDR", head), (b"IDAT", body), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
        for name, data in chunks
    )


def test_a_picture_that_takes_more_memory_than_there_is_is_refused_unpacked() -> None:
    world = FakeWorld(Limits(workers=1, max_decoded_bytes=4 * 500 * 400 - 1))
    found = capture(world, put_zip(world, {**GOOD, "bomb.png": png_of(500, 400)}))
    assert "unpacked" in found.rejected[0].reason and "JPEG" in found.rejected[0].reason


def test_pictures_wait_for_each_others_memory() -> None:
    """A budget for one picture: the second begins when the first is done."""
    budget, begun = PixelBudget(100), Event()

    def second() -> None:
        with budget.lent(60):
            begun.set()

    with ThreadPoolExecutor(1) as pool:
        with budget.lent(60):
            work = pool.submit(second)
            assert not begun.wait(0.2)
        work.result()
    assert begun.is_set()


def test_nobody_waits_for_memory_that_there_will_never_be() -> None:
    with pytest.raises(ValueError, match="101 bytes"), PixelBudget(100).lent(101):
        pass


def many_scans(number: int) -> bytes:
    """A progressive JPEG whose last scan is sent again and again."""
    content = saved(picture(1, (64, 64)), "JPEG", progressive=True)
    last = content.rfind(b"\xff\xda")
    return content[:-2] + content[last:-2] * number + b"\xff\xd9"


def test_a_jpeg_of_a_thousand_passes_is_refused_before_it_is_decoded() -> None:
    found = used({**GOOD, "slow.jpg": many_scans(1000)})
    assert "passes" in found.rejected[0].reason
    assert 5 < read_structure(many_scans(0), 100).scans < 20


def test_what_a_progressive_jpeg_keeps_is_counted() -> None:
    image = picture(1, (64, 64))
    for subsampling, expected in ((0, 6.0), (2, 3.0)):
        content = saved(image, "JPEG", progressive=True, subsampling=subsampling)
        assert read_structure(content, 100).bytes_per_pixel == expected
    assert read_structure(saved(image, "JPEG"), 100).bytes_per_pixel == 0
    assert read_structure(png(1), 100).is_whole is False
