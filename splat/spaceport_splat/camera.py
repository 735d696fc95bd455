"""A pinhole camera and `cameras.json`."""

import json
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated

import numpy as np
import numpy.typing as npt
from pydantic import BaseModel, Field, TypeAdapter, ValidationError

from spaceport_runtime.errors import UserError

Row = tuple[float, float, float, float]


@dataclass(frozen=True)
class Camera:
    """A registered photo: pose (OpenCV axes: x right, y down, z forward) and pinhole intrinsics.

    world_to_camera: float64[4, 4], metres; fx, fy, cx, cy in pixels, with the centre of the first
    pixel at (0.5, 0.5); held_out photos judge the finished splat and do nothing else.
    """

    name: str
    world_to_camera: npt.NDArray[np.float64]
    fx: float
    fy: float
    cx: float
    cy: float
    width_px: int
    height_px: int
    held_out: bool = False

    @property
    def position(self) -> npt.NDArray[np.float64]:
        """float64[3]: the camera centre in the world, metres."""
        rotation, translation = self.world_to_camera[:3, :3], self.world_to_camera[:3, 3]
        return np.asarray(-rotation.T @ translation)

    def scaled(self, factor: float) -> "Camera":
        """The same camera for an image `factor` times as large, rounded to whole pixels."""
        return self.resized(
            max(round(self.width_px * factor), 1), max(round(self.height_px * factor), 1)
        )

    def resized(self, width_px: int, height_px: int) -> "Camera":
        """The same camera for an image resampled to the given size."""
        sx, sy = width_px / self.width_px, height_px / self.height_px
        return replace(
            self,
            fx=self.fx * sx,
            fy=self.fy * sy,
            cx=self.cx * sx,
            cy=self.cy * sy,
            width_px=width_px,
            height_px=height_px,
        )


class _Record(BaseModel):
    name: str
    world_to_camera: tuple[Row, Row, Row, Row]
    fx: Annotated[float, Field(gt=0)]
    fy: Annotated[float, Field(gt=0)]
    cx: float
    cy: float
    width_px: Annotated[int, Field(gt=0)]
    height_px: Annotated[int, Field(gt=0)]
    held_out: bool = False


_RECORDS = TypeAdapter(list[_Record])


def read_cameras(path: Path) -> list[Camera]:
    """Read `cameras.json`; raises UserError when it is not one."""
    try:
        records = _RECORDS.validate_json(path.read_bytes())
    except (OSError, ValidationError) as error:
        raise UserError(
            f"The cameras in {path.name} cannot be read ({type(error).__name__}).",
            "Train the splat again, or leave the file out.",
        ) from error
    return [
        Camera(**{**record.model_dump(), "world_to_camera": np.array(record.world_to_camera)})
        for record in records
    ]


def write_cameras(path: Path, cameras: list[Camera]) -> None:
    """Write `cameras.json`: one object per camera, the pose as four rows of four numbers."""
    records = [
        {**vars(camera), "world_to_camera": camera.world_to_camera.tolist()} for camera in cameras
    ]
    temporary = path.with_name(f".{path.name}.tmp")
    temporary.write_text(json.dumps(records, indent=1), encoding="utf-8")
    temporary.replace(path)
