"""What a pycolmap model says, as plain arrays."""

import numpy as np
import pycolmap

from spaceport_sfm.job.placing.geodesy import Points
from spaceport_sfm.job.placing.poses import Poses


def registered_names(model: pycolmap.Reconstruction) -> list[str]:
    """Our names of the registered photos, sorted."""
    return sorted(image.name for image in model.images.values() if image.has_pose)


def poses_of(model: pycolmap.Reconstruction) -> Poses:
    """The registered cameras, sorted by name."""
    images = sorted(
        (image for image in model.images.values() if image.has_pose), key=lambda image: image.name
    )
    return Poses(
        names=tuple(image.name for image in images),
        centres=np.array([image.projection_center() for image in images]),
        rotations=np.array([image.cam_from_world().rotation.matrix().T for image in images]),
    )


def points_of(model: pycolmap.Reconstruction) -> Points:
    """Sparse points [M, 3]."""
    return np.array([point.xyz for point in model.points3D.values()]).reshape(-1, 3)


def principal_shift(camera: pycolmap.Camera) -> float:
    """How far the principal point lies from the centre, over the longer side."""
    x_px = camera.principal_point_x - camera.width / 2
    y_px = camera.principal_point_y - camera.height / 2
    return float(np.hypot(x_px, y_px) / max(camera.width, camera.height))
