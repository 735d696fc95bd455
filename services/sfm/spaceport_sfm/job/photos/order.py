"""In which order the photos were taken."""

from collections.abc import Sequence

from spaceport_sfm.job.task import TaskPhoto


def taking_order(photos: Sequence[TaskPhoto]) -> list[int]:
    """Photo indices by capture time; by name where any photo lacks its time."""
    if all(photo.taken_at is not None for photo in photos):
        return sorted(
            range(len(photos)), key=lambda i: (str(photos[i].taken_at), photos[i].original)
        )
    return sorted(range(len(photos)), key=lambda i: photos[i].original)
