"""Files between S3 and a job's folders."""

import tarfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

from boto3.exceptions import S3UploadFailedError
from boto3.s3.transfer import TransferConfig

from spaceport_contracts.artifacts import split_uri

# One request per file: moto would read the whole object again for every part of a ranged download.
WHOLE = TransferConfig(multipart_threshold=1 << 30, multipart_chunksize=1 << 28, use_threads=False)


class NoData(Exception):
    """Nothing lies under the S3 address of an input."""


def download(s3: Any, uri: str, folder: Path) -> int:
    """Everything under a prefix, or one object, into `folder`; returns the number of files.

    Raises NoData when there is nothing.
    """
    bucket, prefix = split_uri(uri)
    folder.mkdir(parents=True, exist_ok=True)
    files = 0
    for key in _keys(s3, bucket, prefix):
        path = _inside(folder, key.removeprefix(prefix).lstrip("/") or Path(key).name)
        path.parent.mkdir(parents=True, exist_ok=True)
        s3.download_file(bucket, key, str(path), Config=WHOLE)
        files += 1
    if not files:
        raise NoData(
            f'Data download failed:No S3 objects found under S3 URL "{uri}" given in input data '
            "source. Please ensure that the bucket exists in the selected region (us-east-1), "
            "that objects exist under that S3 prefix."
        )
    return files


def _keys(s3: Any, bucket: str, prefix: str) -> Iterator[str]:
    for page in s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix):
        for entry in page.get("Contents", []):
            if not entry["Key"].endswith("/"):
                yield entry["Key"]


def _inside(folder: Path, relative: str) -> Path:
    path = folder / relative
    if not path.resolve().is_relative_to(folder.resolve()):
        raise NoData(f"The key {relative} leads out of its folder.")
    return path


def upload(s3: Any, folder: Path, uri: str) -> None:
    """Every file below `folder`, under the prefix."""
    for path in _files(folder):
        _upload_file(s3, folder, path, uri)


def upload_archive(s3: Any, folder: Path, uri: str) -> None:
    """The folder's content as one .tar.gz."""
    archive = folder.parent / f"{folder.name}.tar.gz"
    with tarfile.open(archive, "w:gz") as tar:
        for path in sorted(folder.iterdir()):
            tar.add(path, path.name)
    bucket, key = split_uri(uri)
    s3.upload_file(str(archive), bucket, key, Config=WHOLE)
    archive.unlink()


def _upload_file(s3: Any, folder: Path, path: Path, uri: str) -> None:
    bucket, prefix = split_uri(uri)
    key = f"{prefix.rstrip('/')}/{path.relative_to(folder).as_posix()}".lstrip("/")
    s3.upload_file(str(path), bucket, key, Config=WHOLE)


def _files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())


class CheckpointSync:
    """Copies what changed in the checkpoint folder to S3, as SageMaker does all the time."""

    def __init__(self, s3: Any, folder: Path, uri: str) -> None:
        self._s3 = s3
        self._folder = folder
        self._uri = uri
        self._known: dict[Path, tuple[int, int]] = {}

    def restore(self) -> None:
        """What an earlier machine left; there may be nothing."""
        try:
            download(self._s3, self._uri, self._folder)
        except NoData:
            return
        self._known = {path: _stamp(path) for path in _files(self._folder)}

    def sync(self) -> None:
        """Upload new and changed files; one that is being written comes in the next round."""
        for path in _files(self._folder):
            with suppress(FileNotFoundError):  # replaced meanwhile: the next round has the other
                self._send(path)

    def _send(self, path: Path) -> None:
        stamp = _stamp(path)
        if self._known.get(path) == stamp:
            return
        try:
            _upload_file(self._s3, self._folder, path, self._uri)
        except S3UploadFailedError:
            if _stamp(path) == stamp:
                raise
        else:
            self._known[path] = stamp


def _stamp(path: Path) -> tuple[int, int]:
    status = path.stat()
    return status.st_mtime_ns, status.st_size
