"""A file that is broken, or that does not look like its input, is never announced."""

import json
import zipfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from tests.unit.compress.scenes import field, grid_of_cameras

from spaceport_compress.job.sog.encode import Effort, encode
from spaceport_compress.job.sog.file import read_bundle, write_bundle
from spaceport_compress.job.sog.importance import importance
from spaceport_compress.job.sog.packing import BadSog, to_webp
from spaceport_compress.job.verify import Verifier
from spaceport_splat.gaussians import Gaussians

CAMERAS = grid_of_cameras(3, width_px=160)
SPLAT = field(1500, 3)


@pytest.fixture
def sog(tmp_path: Path) -> Path:
    path = tmp_path / "scene.sog"
    write_bundle(path, encode(SPLAT, importance(SPLAT, CAMERAS), Effort(0.0, 512)))
    return path


def changed(path: Path, name: str, data: bytes | None) -> Path:
    """A copy with one entry replaced, or left out."""
    with zipfile.ZipFile(path) as archive:
        entries = {info.filename: archive.read(info) for info in archive.infolist()}
    entries.pop(name, None)
    if data is not None:
        entries[name] = data
    copy = path.with_name("changed.sog")
    with zipfile.ZipFile(copy, "w") as archive:
        for entry, content in entries.items():
            archive.writestr(entry, content)
    return copy


def with_meta(path: Path, change: object) -> Path:
    with zipfile.ZipFile(path) as archive:
        meta = json.loads(archive.read("meta.json"))
    change(meta)  # type: ignore[operator]
    return changed(path, "meta.json", json.dumps(meta).encode())


def verifier(splat: Gaussians = SPLAT) -> Verifier:
    return Verifier(splat, CAMERAS, (0.2, 0.3, 0.4))


def test_a_whole_file_is_good(sog: Path) -> None:
    verified = verifier().verify(sog)
    assert verified.good
    assert verified.psnr_db >= verified.worst_psnr_db > 38
    assert len(verified.gaussians) == len(SPLAT)


def test_the_zip_is_what_browsers_read(sog: Path) -> None:
    data = sog.read_bytes()
    assert data[-22:-18] == b"PK\x05\x06"  # the end record is last: no comment
    assert b"PK\x06\x06" not in data  # no zip64
    with zipfile.ZipFile(sog) as archive:
        infos = archive.infolist()
    assert all(info.compress_type == zipfile.ZIP_STORED for info in infos)
    assert {info.date_time for info in infos} == {(1980, 1, 1, 0, 0, 0)}
    assert infos[0].filename == "meta.json"


def test_a_cut_file_is_refused(sog: Path) -> None:
    sog.write_bytes(sog.read_bytes()[:-100])
    with pytest.raises(BadSog, match="not a whole zip"):
        verifier().verify(sog)


def test_a_flipped_byte_is_refused(sog: Path) -> None:
    data = bytearray(sog.read_bytes())
    with zipfile.ZipFile(sog) as archive:
        offset = archive.getinfo("scales.webp").header_offset + 100
    data[offset] ^= 0xFF
    sog.write_bytes(bytes(data))
    with pytest.raises(BadSog, match="not a whole zip"):
        verifier().verify(sog)


@pytest.mark.parametrize("name", ["means_u.webp", "shN_labels.webp", "sh0.webp"])
def test_a_missing_image_is_refused(sog: Path, name: str) -> None:
    with pytest.raises(BadSog, match=name):
        verifier().verify(changed(sog, name, None))


def test_an_image_that_is_none_or_too_small_is_refused(sog: Path) -> None:
    with pytest.raises(BadSog, match=r"quats\.webp is not a readable image"):
        verifier().verify(changed(sog, "quats.webp", b"RIFF nonsense"))
    small = to_webp(np.zeros((4, 4, 4), np.uint8))
    with pytest.raises(BadSog, match=r"quats\.webp has 4 x 4 texels"):
        verifier().verify(changed(sog, "quats.webp", small))


@pytest.mark.parametrize(
    "change",
    [
        lambda meta: meta.update(version=1),
        lambda meta: meta["scales"].update(codebook=[0.0] * 255),
        lambda meta: meta["sh0"]["codebook"].__setitem__(3, None),
        lambda meta: meta["means"].update(mins=[float("nan"), 0, 0]),
        lambda meta: meta["shN"].update(bands=4),
        lambda meta: meta.pop("quats") and meta.pop("means"),
    ],
)
def test_a_description_that_viewers_choke_on_is_refused(sog: Path, change: object) -> None:
    with pytest.raises(BadSog, match=r"meta\.json"):
        verifier().verify(with_meta(sog, change))


def test_no_description_is_refused(sog: Path) -> None:
    with pytest.raises(BadSog, match=r"no meta\.json"):
        read_bundle(changed(sog, "meta.json", None))


def test_labels_beyond_the_palette_are_refused(sog: Path) -> None:
    with pytest.raises(BadSog, match=r"entry \d+ of 448|has \d+ x \d+ texels"):
        verifier().verify(with_meta(sog, lambda meta: meta["shN"].update(count=448)))


def test_another_count_is_refused(sog: Path) -> None:
    with pytest.raises(BadSog, match="1500 Gaussians instead of 1499"):
        verifier(SPLAT.take(slice(1, None))).verify(sog)


def test_positions_out_of_bounds_are_refused(sog: Path) -> None:
    smaller = replace(SPLAT, means=SPLAT.means * np.float32(0.9))
    with pytest.raises(BadSog, match="outside the input's bounds"):
        verifier(smaller).verify(sog)


def test_another_picture_is_not_good(sog: Path) -> None:
    darker = replace(SPLAT, sh0=SPLAT.sh0 - np.float32(0.5))
    assert not verifier(darker).verify(sog).good
