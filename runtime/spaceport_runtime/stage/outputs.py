"""Check a job's outputs in S3 before anybody is told of them."""

import hashlib
from typing import TypeVar

from pydantic import ValidationError

from spaceport_contracts.artifacts import Artifact, ArtifactSet
from spaceport_contracts.results import StageResult
from spaceport_runtime.ports import Store

Result = TypeVar("Result", bound=StageResult)


class OutputsBroken(Exception):
    """The job says Completed, but what it announced is not there or not what it wrote."""


def verify_outputs(store: Store, prefix: str, model: type[Result]) -> tuple[Result, ArtifactSet]:
    """Read `result.json` below `prefix` and check size and SHA-256 of every file it lists.

    Raises OutputsBroken naming the first file that is missing or differs.
    """
    index_uri = prefix + "result.json"
    if store.head(index_uri) is None:
        raise OutputsBroken(f"{index_uri} does not exist")
    content = store.read(index_uri)
    try:
        result = model.model_validate_json(content)
    except ValidationError as error:
        raise OutputsBroken(f"{index_uri} is not a {model.__name__}: {error}") from error
    for file in result.files:
        _verify_file(store, prefix + file.path, file.bytes, file.sha256)
    digest = hashlib.sha256(content).hexdigest()
    index = Artifact(uri=index_uri, bytes=len(content), sha256=digest)
    return result, ArtifactSet(prefix=prefix, index=index)


def _verify_file(store: Store, uri: str, size_bytes: int, sha256: str) -> None:
    stored = store.head(uri)
    if stored is None:
        raise OutputsBroken(f"{uri} does not exist")
    if stored.bytes != size_bytes:
        raise OutputsBroken(f"{uri} has {stored.bytes} bytes instead of {size_bytes}")
    if store.sha256(uri) != sha256:
        raise OutputsBroken(f"{uri} has another SHA-256 than the job wrote")
