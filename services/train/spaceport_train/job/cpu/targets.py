"""Training photos at 1/4, 1/2 and full size, with what the loss needs of them."""

from collections import OrderedDict

from spaceport_train.job.cpu.loss import Target
from spaceport_train.job.scene.reduced import reduced
from spaceport_train.job.scene.scene import Scene

CACHE_BYTES = 1_500_000_000


class Targets:
    """Photos for the loss, made when asked for; the last ones used stay in memory."""

    def __init__(self, scene: Scene, threads: int) -> None:
        self._scene = scene
        self._threads = threads
        self._kept: OrderedDict[tuple[int, int], Target] = OrderedDict()
        self._bytes = 0

    def __call__(self, photo: int, level: int) -> Target:
        """Photo number `photo` at 1/level."""
        key = photo, level
        if key in self._kept:
            self._kept.move_to_end(key)
            return self._kept[key]
        target = Target(reduced(self._scene.photos[photo], level), self._threads)
        self._kept[key] = target
        self._bytes += target.bytes
        while self._bytes > CACHE_BYTES and len(self._kept) > 1:
            _, dropped = self._kept.popitem(last=False)
            self._bytes -= dropped.bytes
        return target
