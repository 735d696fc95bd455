"""How much memory decoded pictures may take, over all workers together."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from threading import Condition


class PixelBudget:
    """Bytes that are lent to one picture at a time; who asks for more than is left waits."""

    def __init__(self, total_bytes: int) -> None:
        self.total_bytes = total_bytes
        self._free_bytes = total_bytes
        self._changed = Condition()

    @contextmanager
    def lent(self, wanted_bytes: int) -> Iterator[None]:
        """Hold the bytes; raises ValueError for more than there are in all."""
        if wanted_bytes > self.total_bytes:
            raise ValueError(f"{wanted_bytes} bytes of {self.total_bytes}")
        with self._changed:
            self._changed.wait_for(lambda: self._free_bytes >= wanted_bytes)
            self._free_bytes -= wanted_bytes
        try:
            yield
        finally:
            with self._changed:
                self._free_bytes += wanted_bytes
                self._changed.notify_all()


@cache
def pixel_budget(total_bytes: int) -> PixelBudget:
    """The one budget of this process, whichever uploads its threads are at."""
    return PixelBudget(total_bytes)
