"""The job on real photos: 18 by a DJI FC300S over Brighton beach, reduced."""

from pathlib import Path

import pytest
from PIL import Image
from tests.unit.sfm.captures import lay_out, read_capture

from spaceport_contracts.results import SfmResult
from spaceport_runtime.job.container import Container
from spaceport_sfm.job.main import main

PHOTOS = Path(__file__).resolve().parents[4] / "shared" / "photos" / "brighton-beach"
WIDTH_PX = 1200
FLOWN_M = 40.0


@pytest.mark.slow
@pytest.mark.shared
@pytest.mark.skipif(not PHOTOS.is_dir(), reason=f"the real photos are not at {PHOTOS}")
def test_brighton_beach_is_registered_whole_and_at_its_height(tmp_path: Path) -> None:
    photos = tmp_path / "photos"
    photos.mkdir()
    for path in sorted(PHOTOS.glob("*.JPG")):
        with Image.open(path) as image:
            size = (WIDTH_PX, round(WIDTH_PX * image.height / image.width))
            small = image.resize(size, Image.Resampling.LANCZOS)
            small.save(photos / path.name, quality=95, exif=image.getexif())
    lay_out(tmp_path / "job", photos, read_capture(photos))
    container = Container(tmp_path / "job", "sfm")
    main(container)
    result = SfmResult.model_validate_json((container.output / "result.json").read_bytes())
    assert (result.photos_registered, result.photos_total) == (18, 18)
    assert result.gps_rms_m is not None and result.gps_rms_m < 1.0
    assert result.camera_height_above_ground_m == pytest.approx(FLOWN_M, rel=0.05)
    assert "locked" in result.focal_note
