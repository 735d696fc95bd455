"""Uploaded photos become upright, safely named JPEGs; what cannot be used is rejected in words."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from tests.unit.sfm.captures import read_capture

from spaceport_contracts.capture import Capture, RejectedPhoto
from spaceport_sfm.job.matching.features import extract, root_sift
from spaceport_sfm.job.photos.prepare import Prepared, image_name, prepare

RIGHT_TOP = 6  # EXIF: rotate by 90 degrees clockwise to view


def picture(seed: int = 0, size: tuple[int, int] = (240, 160)) -> Image.Image:
    pixels = np.random.default_rng(seed).integers(0, 255, (size[1], size[0], 3), dtype=np.uint8)
    return Image.fromarray(pixels)


def run(folder: Path, work: Path) -> tuple[list[Prepared], list[RejectedPhoto]]:
    return prepare(read_capture(folder), folder, work / "images", 2, lambda _n, _m: None)


def test_names_are_flat_ascii_unique_and_recognisable() -> None:
    keys = ["Flug_1/DJI_01.JPG", "Flug_1-DJI_01.JPG", "a/b.png", "a/b.jpg", "süd hang.jpeg"]
    assert [image_name(key) for key in keys] == [
        "Flug_1~2FDJI_01.JPG",
        "Flug_1-DJI_01.JPG",
        "a~2Fb.png.jpg",
        "a~2Fb.jpg",
        "s~C3~BCd~20hang.jpeg",
    ]


def test_orientation_is_baked_into_the_pixels(tmp_path: Path) -> None:
    photos = tmp_path / "photos"
    photos.mkdir()
    exif = Image.Exif()
    exif[274] = RIGHT_TOP
    image = Image.new("RGB", (240, 160))
    image.paste((255, 0, 0), (0, 0, 120, 160))  # left half: becomes the upper half
    image.save(photos / "turned.jpg", exif=exif)
    prepared, rejected = run(photos, tmp_path)
    assert not rejected
    assert (prepared[0].width_px, prepared[0].height_px) == (160, 240)
    with Image.open(tmp_path / "images" / prepared[0].name) as upright:
        assert upright.size == (160, 240)
        assert upright.getexif().get(274, 1) == 1
        red, _, _ = upright.getpixel((80, 30))  # type: ignore[misc]
        assert red > 200


@pytest.mark.parametrize("mode", ["RGBA", "L", "I;16", "CMYK"])
def test_other_pixel_formats_become_rgb_jpegs(tmp_path: Path, mode: str) -> None:
    photos = tmp_path / "photos"
    photos.mkdir()
    if mode == "I;16":
        grey = np.full((160, 240), 30_000, np.uint16)
        Image.fromarray(grey).save(photos / "a.tif")
    else:
        suffix = "tif" if mode == "CMYK" else "png"
        picture().convert(mode).save(photos / f"a.{suffix}")
    prepared, _ = run(photos, tmp_path)
    with Image.open(tmp_path / "images" / prepared[0].name) as image:
        assert (image.format, image.mode) == ("JPEG", "RGB")
        if mode == "I;16":
            assert image.getpixel((5, 5)) == pytest.approx((117, 117, 117), abs=2)


@pytest.mark.parametrize("bits", [10, 12, 14, 16])
def test_greys_of_any_sensor_use_the_whole_range(tmp_path: Path, bits: int) -> None:
    photos = tmp_path / "photos"
    photos.mkdir()
    eight = np.asarray(picture().convert("L"))
    eight = np.where(eight > 250, 255, eight).astype(np.uint16)
    eight[0, 0] = 255
    Image.fromarray(eight << (bits - 8)).save(photos / "a.png")
    prepared, _ = run(photos, tmp_path)
    with Image.open(tmp_path / "images" / prepared[0].name) as image:
        assert np.asarray(image)[..., 0] == pytest.approx(eight, abs=6)


@pytest.mark.parametrize(("suffix", "image_format"), [("jpg", "HEIF"), ("tif", "TIFF")])
def test_what_phones_and_raw_converters_write_becomes_an_upright_jpeg(
    tmp_path: Path, suffix: str, image_format: str
) -> None:
    photos = tmp_path / "photos"
    photos.mkdir()
    exif = Image.Exif()
    exif[274] = RIGHT_TOP
    picture().save(photos / f"a.{suffix}", image_format, exif=exif.tobytes())
    prepared, rejected = run(photos, tmp_path)
    assert not rejected
    with Image.open(tmp_path / "images" / prepared[0].name) as image:
        assert (image.format, image.size) == ("JPEG", (160, 240))


def test_an_upright_jpeg_is_not_compressed_again(tmp_path: Path) -> None:
    photos = tmp_path / "photos"
    photos.mkdir()
    picture().save(photos / "a.jpg")
    prepared, _ = run(photos, tmp_path)
    assert (tmp_path / "images" / prepared[0].name).read_bytes() == (photos / "a.jpg").read_bytes()


def test_what_cannot_be_used_is_rejected_with_its_reason(tmp_path: Path) -> None:
    photos = tmp_path / "photos"
    photos.mkdir()
    picture(1).save(photos / "a-good.jpg")
    whole = (photos / "a-good.jpg").read_bytes()
    (photos / "c-cut.jpg").write_bytes(whole[: len(whole) // 2])
    (photos / "d-empty.jpg").write_bytes(b"")
    (photos / "e-text.jpg").write_bytes(b"this is not a photo")
    picture(2, (60, 60)).save(photos / "f-tiny.jpg")
    prepared, rejected = run(photos, tmp_path)
    assert [photo.photo.name for photo in prepared] == ["a-good.jpg"]
    reasons = {photo.name: photo.reason for photo in rejected}
    assert "damaged" in reasons["c-cut.jpg"]
    assert "export it as JPEG" in reasons["d-empty.jpg"]
    assert "export it as JPEG" in reasons["e-text.jpg"]
    assert "60 x 60" in reasons["f-tiny.jpg"]
    assert len(list((tmp_path / "images").iterdir())) == 1


@pytest.mark.parametrize("key", ["../outside.jpg", "missing.jpg"])
def test_keys_outside_the_capture_are_not_read(tmp_path: Path, key: str) -> None:
    photos = tmp_path / "photos"
    photos.mkdir()
    picture().save(photos / "a.jpg")
    picture().save(tmp_path / "outside.jpg")
    capture = read_capture(photos)
    moved = Capture(
        photos_prefix="s3://b/", photos=(capture.photos[0].model_copy(update={"key": key}),)
    )
    prepared, rejected = prepare(moved, photos, tmp_path / "images", 1, lambda _n, _m: None)
    assert not prepared
    assert "upload it again" in rejected[0].reason


def test_features_are_the_largest_in_colmap_coordinates(tmp_path: Path) -> None:
    image = Image.new("L", (400, 300), 20)
    # One bright blob of 30 px about the pixel in the middle: SIFT puts its largest keypoint there.
    ys, xs = np.mgrid[0:300, 0:400]
    blob = 200 * np.exp(-((xs - 200) ** 2 + (ys - 150) ** 2) / (2 * 15.0**2))
    image = Image.fromarray(np.clip(20 + blob, 0, 255).astype(np.uint8))
    image.save(tmp_path / "blob.png")
    found = extract(tmp_path / "blob.png", 1, 400)
    assert found.keypoints.shape == (1, 4)
    assert found.keypoints[0, :2] == pytest.approx([200.5, 150.5], abs=0.7)
    reduced = extract(tmp_path / "blob.png", 1, 200)
    assert reduced.keypoints[0, :2] == pytest.approx([200.5, 150.5], abs=1.5)


def test_what_is_transparent_gives_no_features(tmp_path: Path) -> None:
    photos = tmp_path / "photos"
    photos.mkdir()
    cut = picture(3, (400, 300)).convert("RGBA")
    cut.paste((0, 0, 0, 0), (0, 0, 200, 300))
    cut.save(photos / "cut.png")
    prepared, _ = run(photos, tmp_path)
    found = extract(tmp_path / "images" / prepared[0].name, 500, 400)
    assert len(found.keypoints) > 20
    assert found.keypoints[:, 0].min() > 200


def test_black_photos_have_no_features(tmp_path: Path) -> None:
    Image.new("RGB", (300, 200)).save(tmp_path / "black.jpg")
    found = extract(tmp_path / "black.jpg", 100, 400)
    assert found.keypoints.shape == (0, 4)
    assert found.descriptors.shape == (0, 128)


def test_root_sift_has_unit_length() -> None:
    raw = np.random.default_rng(0).uniform(0, 200, (5, 128)).astype(np.float32)
    lengths = np.linalg.norm(root_sift(raw).astype(np.float64) / 512, axis=1)
    assert lengths == pytest.approx(np.ones(5), abs=0.01)
