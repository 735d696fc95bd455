"""Read a sparse model as COLMAP writes it: cameras.bin, images.bin, points3D.bin.

Own reader, 100 lines: pycolmap is heavy, and its wheel corrupts the heap beside other zlibs.
Format: https://colmap.github.io/format.html (binary, little endian).
"""

import struct
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.spatial.transform import Rotation

from spaceport_runtime.errors import UserError

SIMPLE_PINHOLE, PINHOLE = 0, 1
_PARAMETERS = {0: 3, 1: 4, 2: 4, 3: 5, 4: 8, 5: 8, 6: 12, 7: 5, 8: 4, 9: 5, 10: 12}
_OBSERVATION = np.dtype([("x", "<f8"), ("y", "<f8"), ("point", "<i8")])
_POINT = struct.Struct("<Q3d3BdQ")
_IMAGE = struct.Struct("<I7dI")
_REMEDY = "Run structure from motion again: its output is damaged."


@dataclass(frozen=True)
class Intrinsics:
    """A pinhole camera, pixels."""

    width_px: int
    height_px: int
    fx: float
    fy: float
    cx: float
    cy: float


@dataclass(frozen=True)
class Image:
    """A registered image: world to camera, and the rows of the points that it sees."""

    name: str
    camera_id: int
    world_to_camera: npt.NDArray[np.float64]
    points: npt.NDArray[np.intp]


@dataclass(frozen=True)
class Points:
    """Sparse points: xyz float64[P, 3] in metres; rgb float32[P, 3] from 0 to 1."""

    xyz: npt.NDArray[np.float64]
    rgb: npt.NDArray[np.float32]


class _Reader:
    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            self.data = path.read_bytes()
        except OSError as error:
            raise UserError(f"{path.name} of the sparse model is missing.", _REMEDY) from error
        self.at = 0

    def unpack(self, layout: str | struct.Struct) -> tuple[Any, ...]:
        form = struct.Struct(layout) if isinstance(layout, str) else layout
        if self.at + form.size > len(self.data):
            raise UserError(f"{self.path.name} of the sparse model is cut short.", _REMEDY)
        values = form.unpack_from(self.data, self.at)
        self.at += form.size
        return values

    def text(self) -> str:
        end = self.data.find(b"\0", self.at)
        if end < 0:
            raise UserError(f"{self.path.name} of the sparse model is cut short.", _REMEDY)
        value = self.data[self.at : end].decode()
        self.at = end + 1
        return value

    def skip(self, size: int) -> int:
        start = self.at
        if start + size > len(self.data):
            raise UserError(f"{self.path.name} of the sparse model is cut short.", _REMEDY)
        self.at += size
        return start


def read_intrinsics(path: Path) -> dict[int, Intrinsics]:
    """Cameras by id; raises UserError for distorted ones: training wants undistorted photos."""
    reader = _Reader(path)
    cameras = {}
    for _ in range(reader.unpack("<Q")[0]):
        camera_id, model, width, height = reader.unpack("<IiQQ")
        if model not in (SIMPLE_PINHOLE, PINHOLE):
            raise UserError(
                f"Camera {camera_id} of the sparse model is not a pinhole (COLMAP model {model}).",
                "Undistort the photos (colmap image_undistorter) and start again.",
            )
        values = reader.unpack(f"<{_PARAMETERS[model]}d")
        fx, fy = (values[0], values[0]) if model == SIMPLE_PINHOLE else values[:2]
        cameras[camera_id] = Intrinsics(width, height, fx, fy, *values[-2:])
    return cameras


def read_points(path: Path) -> tuple[Points, dict[int, int]]:
    """All points, and the row of each point id."""
    reader = _Reader(path)
    rows, xyz, rgb = {}, [], []
    for row in range(reader.unpack("<Q")[0]):
        values = reader.unpack(_POINT)
        rows[values[0]] = row
        xyz.append(values[1:4])
        rgb.append(values[4:7])
        reader.skip(8 * values[8])  # the track: images.bin says the same
    colours = np.array(rgb, np.float32).reshape(-1, 3) / np.float32(255)
    return Points(np.array(xyz, np.float64).reshape(-1, 3), colours), rows


def read_images(path: Path, rows: dict[int, int]) -> list[Image]:
    """Registered images by name; rows: from `read_points`."""
    reader = _Reader(path)
    images = []
    for _ in range(reader.unpack("<Q")[0]):
        _, qw, qx, qy, qz, tx, ty, tz, camera_id = reader.unpack(_IMAGE)
        name = reader.text()
        (count,) = reader.unpack("<Q")
        start = reader.skip(count * _OBSERVATION.itemsize)
        seen = np.frombuffer(reader.data, _OBSERVATION, count, start)["point"]
        points = np.array(sorted({rows[p] for p in seen.tolist() if p in rows}), np.intp)
        pose = np.eye(4)
        pose[:3, :3] = Rotation.from_quat([qx, qy, qz, qw]).as_matrix()
        pose[:3, 3] = tx, ty, tz
        images.append(Image(name, camera_id, pose, points))
    return sorted(images, key=lambda image: image.name)
