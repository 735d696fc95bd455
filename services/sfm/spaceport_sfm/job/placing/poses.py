"""The cameras of a model as plain arrays."""

from dataclasses import dataclass

from spaceport_sfm.job.placing.geodesy import Points


@dataclass(frozen=True)
class Poses:
    """Names, centres [N, 3] and camera-to-world rotations [N, 3, 3] (right, down, forward)."""

    names: tuple[str, ...]
    centres: Points
    rotations: Points

    @property
    def rights(self) -> Points:
        """[N, 3]: each photo's x axis."""
        return self.rotations[:, :, 0]

    @property
    def downs(self) -> Points:
        """[N, 3]: each photo's y axis."""
        return self.rotations[:, :, 1]

    @property
    def forwards(self) -> Points:
        """[N, 3]: where each photo looks."""
        return self.rotations[:, :, 2]
