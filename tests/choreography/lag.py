"""Eventually consistent indices: what they show was true a moment ago."""

from collections.abc import Callable, Iterable

from spaceport_runtime.ports import Run, RunKey


def _never() -> float:
    return 0.0


class Index:
    """Both indices of the ledger. A write shows after `lag_s()`, the writes of a row in order."""

    def __init__(
        self, now_s: Callable[[], float] = _never, lag_s: Callable[[], float] = _never
    ) -> None:
        self._now_s = now_s
        self._lag_s = lag_s
        self._hidden: dict[RunKey, list[tuple[float, Run]]] = {}
        self._seen: dict[RunKey, Run] = {}

    def wrote(self, run: Run) -> None:
        """A row is now this; sooner or later the index says so."""
        lag_s = self._lag_s()
        if lag_s or run.key in self._hidden:
            self._hidden.setdefault(run.key, []).append((self._now_s() + lag_s, run))
        else:
            self._seen[run.key] = run

    def shown(self, rows: Iterable[Run], stage: str) -> list[Run]:
        """The open runs of a stage as the index shows them, in order of arrival.

        `rows`: the open runs as they are.
        """
        for key in list(self._hidden):
            self._surface(key)
        runs = {run.key: self._seen.get(run.key, run) for run in rows if run.key.stage == stage}
        for key in self._hidden:
            old = self._seen.get(key)
            if old is not None and old.is_open and key.stage == stage:
                runs[key] = old
            else:
                runs.pop(key, None)
        return sorted(runs.values(), key=lambda run: run.arrived_at)

    def _surface(self, key: RunKey) -> None:
        waiting = self._hidden[key]
        while waiting and waiting[0][0] <= self._now_s():
            self._seen[key] = waiting.pop(0)[1]
        if not waiting:
            del self._hidden[key]
