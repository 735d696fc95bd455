"""An image for GPUs never matches on its CPU in silence."""

import pycolmap
import pytest

from spaceport_runtime.errors import UserError
from spaceport_sfm.job.matching.device import matching_device


@pytest.mark.parametrize(("built", "gpus", "device"), [(False, 0, "cpu"), (True, 1, "cuda")])
def test_the_image_decides(
    built: bool, gpus: int, device: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pycolmap, "has_cuda", built)
    monkeypatch.setattr(pycolmap, "get_num_cuda_devices", lambda: gpus, raising=False)
    assert matching_device() == getattr(pycolmap.Device, device)


def test_an_image_for_gpus_without_one_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pycolmap, "has_cuda", True)
    monkeypatch.setattr(pycolmap, "get_num_cuda_devices", lambda: 0, raising=False)
    with pytest.raises(UserError, match="none that it can use") as told:
        matching_device()
    assert "instance with a GPU" in told.value.remedy
