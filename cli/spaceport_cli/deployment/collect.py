"""Bring a job's results from a deployment into the user's folder: checked first, then all at once.

What was fetched halfway is gone on with, also by the next command.
"""

import time
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from spaceport_cli.cloud.access import Api, Refused
from spaceport_cli.photos.send import STALLED_S, ask, try_again
from spaceport_cli.photos.upload import CHUNK_BYTES, hash_file
from spaceport_cli.run.checks import STATE_NAME
from spaceport_cli.run.collect import (
    CHANGED_REMEDY,
    REPORT_TIMEOUT_S,
    Delivery,
    put_in_place,
)
from spaceport_cli.show.sentences import count_of, human_bytes
from spaceport_contracts.results import OutputFile
from spaceport_runtime.errors import UserError

LOOK_AGAIN_S = 1.0
NOT_FOUND, PARTIAL = 404, 206
LINK_REFUSED = 403


@dataclass(frozen=True)
class ResultFile:
    """A file to fetch: where it goes, how it is known, where it is now."""

    path: str
    bytes: int
    sha256: str
    url: str


class DeploymentCollector:
    """Fetches the results of one job into one folder."""

    def __init__(
        self, cloud: Api, job_id: str, out: Path, sleep: Callable[[float], None] = time.sleep
    ) -> None:
        self._cloud, self._job_id, self._out, self._sleep = cloud, job_id, out, sleep
        self._incoming = out / STATE_NAME / "incoming"

    def collect(self, say: Callable[[str], None]) -> Delivery:
        """Fetch, check, and only then put everything under its final name."""
        attempt, files = self._listed()
        size = human_bytes(sum(file.bytes for file in files))
        say(f"fetching {count_of(len(files), 'file')}, {size}")
        for file in files:
            self._fetch(file)
        whole = tuple(
            OutputFile(path=file.path, bytes=file.bytes, sha256=file.sha256) for file in files
        )
        delivery = Delivery(job_id=self._job_id, attempt=attempt, files=whole)
        put_in_place(delivery, self._incoming, self._out)
        return delivery

    def _listed(self) -> tuple[int, list[ResultFile]]:
        """The results, once the report is written."""
        deadline_s = time.monotonic() + REPORT_TIMEOUT_S
        while True:
            try:
                answer = ask(self._cloud, "GET", f"/jobs/{self._job_id}/results")
                return int(answer["attempt"]), [_result_file(each) for each in answer["files"]]
            except Refused as refused:
                if refused.status != NOT_FOUND or time.monotonic() > deadline_s:
                    raise
            self._sleep(LOOK_AGAIN_S)

    def _fetch(self, file: ResultFile) -> None:
        """What lies there halfway may be of an earlier attempt: then it is fetched anew."""
        target = self._incoming / file.path
        target.parent.mkdir(parents=True, exist_ok=True)
        was_begun = target.exists()
        self._download(file, target)
        if was_begun and not _is_whole(target, file):
            target.unlink()
            self._download(file, target)
        if not _is_whole(target, file):
            target.unlink()
            raise UserError(f"'{file.path}' is not what its stage wrote.", CHANGED_REMEDY)

    def _download(self, file: ResultFile, target: Path) -> None:
        urls = [file.url]

        def once() -> None:
            try:
                _download(urls[-1], target, file.bytes)
            except urllib.error.HTTPError as error:
                if error.code != LINK_REFUSED:
                    raise
                urls.append(self._link_again(file))
                raise ConnectionError("the link has run out") from error

        try_again(once, f"'{file.path}' could not be fetched.")

    def _link_again(self, file: ResultFile) -> str:
        _, files = self._listed()
        for other in files:
            if (other.path, other.sha256) == (file.path, file.sha256):
                return other.url
        raise UserError(f"'{file.path}' was replaced meanwhile.", "Run the same command again.")


def _is_whole(target: Path, file: ResultFile) -> bool:
    return hash_file(target)[0] == file.sha256


def _download(url: str, target: Path, size: int) -> None:
    """Into the file, from where it ends."""
    there = target.stat().st_size if target.exists() else 0
    if there > size:
        target.unlink()
        there = 0
    if there == size and target.exists():
        return
    request = urllib.request.Request(url, headers={"Range": f"bytes={there}-"} if there else {})
    with urllib.request.urlopen(request, timeout=STALLED_S) as answer:
        is_rest = there > 0 and answer.status == PARTIAL
        with target.open("ab" if is_rest else "wb") as stream:
            while chunk := answer.read(CHUNK_BYTES):
                stream.write(chunk)
    if target.stat().st_size < size:
        raise ConnectionError("the connection ended early")


def _result_file(line: dict[str, Any]) -> ResultFile:
    """Raises UserError for a path that leads out of the folder: no deployment of ours names one."""
    file = ResultFile(str(line["path"]), int(line["bytes"]), str(line["sha256"]), str(line["url"]))
    path = PurePosixPath(file.path)
    is_below = not path.is_absolute() and path.parts and not {"..", STATE_NAME} & set(path.parts)
    if not is_below or "\\" in file.path or not file.path.isprintable():
        told = f"The deployment names a file '{file.path}' outside of the results' folder."
        raise UserError(told, "Look at --endpoint: is it yours?")
    return file
