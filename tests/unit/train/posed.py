"""A small posed scene as sfm leaves it: photos of a coloured, wavy floor, rendered from a splat."""

import struct
from pathlib import Path

import numpy as np
from PIL import Image
from scipy.spatial.transform import Rotation

from spaceport_splat.camera import Camera
from spaceport_splat.gaussians import Gaussians
from spaceport_splat.rasterise import Rasteriser

WIDTH, HEIGHT, FOCAL = 96, 64, 90.0
NOBODY = 2**64 - 1


def floor(side: int = 24) -> Gaussians:
    """Gaussians on a 10 m x 8 m floor, 0.3 m waves, in patches of colour."""
    x, y = (a.ravel() for a in np.meshgrid(np.linspace(-5, 5, side), np.linspace(-4, 4, side)))
    means = np.stack([x, y, 0.3 * np.sin(x) * np.cos(y)], axis=1)
    rgb = np.stack([np.sin(2 * x), np.cos(3 * y), np.sin(x + 2 * y)], axis=1) * 0.4 + 0.5
    n = len(x)
    return Gaussians(
        means=means.astype(np.float32),
        quats=np.tile(np.array([1, 0, 0, 0], np.float32), (n, 1)),
        scales=np.full((n, 3), np.log(0.28), np.float32),
        opacities=np.full(n, 3.0, np.float32),
        sh0=((rgb - 0.5) / 0.2821).astype(np.float32),
        shN=np.zeros((n, 0, 3), np.float32),
    )


def cameras(count: int = 9) -> list[Camera]:
    """A strip of cameras 6 m above the floor, looking down."""
    result = []
    for i in range(count):
        at = np.array([4 * i / max(count - 1, 1) - 2, 0.5 * (-1) ** i, 6.0])
        pose = np.eye(4)
        pose[:3, :3] = Rotation.from_euler("xy", [180 + 3 * (i % 3), 2 * i], True).as_matrix()
        pose[:3, 3] = -pose[:3, :3] @ at
        result.append(
            Camera(f"p{i:02d}.png", pose, FOCAL, FOCAL, WIDTH / 2, HEIGHT / 2, WIDTH, HEIGHT)
        )
    return result


def write_scene(folder: Path, photos: int = 9) -> Path:
    """`sparse/0` and `images` below folder."""
    splat, views = floor(), cameras(photos)
    sparse, images = folder / "sparse" / "0", folder / "images"
    sparse.mkdir(parents=True)
    images.mkdir()
    rasteriser = Rasteriser(1)
    for view in views:
        frame = rasteriser.forward(splat, view, (0.4, 0.5, 0.6))
        pixels = np.clip(frame.image.transpose(1, 2, 0) * 255 + 0.5, 0, 255).astype(np.uint8)
        Image.fromarray(pixels).save(images / view.name)
    points, colours = splat.means[::3], np.clip(splat.sh0[::3] * 0.2821 + 0.5, 0, 1)
    write_cameras_bin(sparse / "cameras.bin")
    write_points_bin(sparse / "points3D.bin", points, colours)
    write_images_bin(sparse / "images.bin", views, points)
    return folder


def write_cameras_bin(path: Path, model: int = 1) -> None:
    values = [FOCAL, FOCAL, WIDTH / 2, HEIGHT / 2]
    if model == 0:
        values = values[1:]
    head = struct.pack("<QIiQQ", 1, 7, model, WIDTH, HEIGHT)
    path.write_bytes(head + struct.pack(f"<{len(values)}d", *values))


def write_points_bin(path: Path, points: np.ndarray, colours: np.ndarray) -> None:
    data = struct.pack("<Q", len(points))
    for i, (xyz, rgb) in enumerate(zip(points, colours, strict=True)):
        data += struct.pack("<Q3d3BdQ", 10 + i, *xyz, *(rgb * 255).astype(int), 0.5, 2)
        data += struct.pack("<4I", 1, i, 2, i)
    path.write_bytes(data)


def write_images_bin(path: Path, views: list[Camera], points: np.ndarray) -> None:
    data = struct.pack("<Q", len(views))
    for i, view in enumerate(views):
        x, y, z, w = Rotation.from_matrix(view.world_to_camera[:3, :3]).as_quat()
        data += struct.pack("<I7dI", i + 1, w, x, y, z, *view.world_to_camera[:3, 3], 7)
        data += view.name.encode() + b"\0" + struct.pack("<Q", len(points) + 1)
        for j, point in enumerate(points):
            u, v, depth = view.world_to_camera[:3] @ [*point, 1]
            at = FOCAL * u / depth + WIDTH / 2, FOCAL * v / depth + HEIGHT / 2
            inside = 0 <= at[0] < WIDTH and 0 <= at[1] < HEIGHT
            data += struct.pack("<ddQ", *at, 10 + j if inside else NOBODY)
        data += struct.pack("<ddQ", 1.0, 1.0, NOBODY)
    path.write_bytes(data)
