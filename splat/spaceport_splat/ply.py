"""Read and write splats as PLY files, as 3DGS (Kerbl et al. 2023) defined them.

Properties: x y z (nx ny nz) f_dc_0..2 f_rest_0.. opacity scale_0..2 rot_0..3. `f_rest` is
channel-major: all of red, then green, then blue.
"""

import os
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from plyfile import PlyData, PlyParseError

from spaceport_contracts.splat_file import (
    COLOUR,
    POSITION,
    ROTATION,
    SCALE,
    SPLAT_REMEDY,
    why_no_splat,
)
from spaceport_runtime.errors import UserError
from spaceport_splat.gaussians import SH_COEFFICIENTS, Gaussians

_NORMAL = ("nx", "ny", "nz")

Vertices = npt.NDArray[Any]


def read_ply(path: Path) -> Gaussians:
    """Read a splat from a PLY file: text or binary, either byte order, SH degree 0 to 3.

    Raises UserError for anything that is not a splat: no PLY, cut short, a point cloud or mesh,
    2D Gaussians, a compressed PLY. Numbers are not judged: see `Gaussians.finite`.
    """
    vertices = _vertices(path)
    names = vertices.dtype.names or ()
    reason = why_no_splat(names)
    if reason:
        raise UserError(f"{path.name} {reason}.", SPLAT_REMEDY)
    rest = sum(name.startswith("f_rest_") for name in names)
    if rest % 3 or rest // 3 not in SH_COEFFICIENTS:
        raise UserError(
            f"{path.name} has {rest} f_rest properties; a splat has 0, 9, 24 or 45.", SPLAT_REMEDY
        )
    harmonics = _columns(vertices, [f"f_rest_{i}" for i in range(rest)], path)
    return Gaussians(
        means=_columns(vertices, POSITION, path),
        quats=_columns(vertices, ROTATION, path),
        scales=_columns(vertices, SCALE, path),
        opacities=_columns(vertices, ("opacity",), path)[:, 0].copy(),
        sh0=_columns(vertices, COLOUR, path),
        shN=np.ascontiguousarray(harmonics.reshape(len(vertices), 3, rest // 3).transpose(0, 2, 1)),
    )


def _vertices(path: Path) -> Vertices:
    try:
        with path.open("rb") as stream:
            if stream.read(3) != b"ply":
                raise UserError(f"{path.name} is not a PLY file.", SPLAT_REMEDY)
            stream.seek(0)
            elements = {element.name: element for element in PlyData.read(stream)}
    except OSError as error:
        raise UserError(f"{path.name} cannot be opened: {error.strerror}.", SPLAT_REMEDY) from error
    except (PlyParseError, ValueError, MemoryError, OverflowError) as error:
        raise UserError(
            f"{path.name} is damaged or cut short ({error}).", "Export or upload it again."
        ) from error
    if "vertex" not in elements or len(elements["vertex"].data) == 0:
        raise UserError(f"{path.name} contains no Gaussians.", SPLAT_REMEDY)
    return np.asarray(elements["vertex"].data)


def _columns(
    vertices: Vertices, names: tuple[str, ...] | list[str], path: Path
) -> npt.NDArray[np.float32]:
    columns = np.empty((len(vertices), len(names)), np.float32)
    for i, name in enumerate(names):
        try:
            columns[:, i] = vertices[name]
        except (ValueError, TypeError) as error:
            raise UserError(f"{path.name} has no usable column {name}.", SPLAT_REMEDY) from error
    return columns


def write_ply(path: Path, gaussians: Gaussians) -> None:
    """Write a splat as binary little-endian PLY; the file appears under its name when whole."""
    n, k = len(gaussians), gaussians.shN.shape[1]
    rest = tuple(f"f_rest_{i}" for i in range(3 * k))
    names = (*POSITION, *_NORMAL, *COLOUR, *rest, "opacity", *SCALE, *ROTATION)
    rows = np.concatenate(
        [
            gaussians.means,
            np.zeros((n, 3), np.float32),
            gaussians.sh0,
            gaussians.shN.transpose(0, 2, 1).reshape(n, 3 * k),
            gaussians.opacities[:, None],
            gaussians.scales,
            gaussians.quats,
        ],
        axis=1,
        dtype="<f4",
    )
    header = ["ply", "format binary_little_endian 1.0", f"element vertex {n}"]
    header += [f"property float {name}" for name in names]
    temporary = path.with_name(f".{path.name}.tmp")
    with temporary.open("wb") as stream:
        stream.write(("\n".join([*header, "end_header"]) + "\n").encode())
        stream.write(rows.tobytes())
        stream.flush()
        os.fsync(stream.fileno())
    temporary.replace(path)
