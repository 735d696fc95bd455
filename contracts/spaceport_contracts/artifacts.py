"""What lies in S3 between the stages, and how it is named."""

from pydantic import Field

from spaceport_contracts.capture import Frozen


class Artifact(Frozen):
    """One file in S3, with what is needed to know that it is the right one."""

    uri: str = Field(pattern=r"^s3://[^/]+/.+")
    bytes: int = Field(ge=0)
    sha256: str = Field(pattern=r"^[0-9a-f]{64}$")


class ArtifactSet(Frozen):
    """A stage's outputs: a prefix, and the index that lists every file below it with its hash.

    The index is `capture.json` for a capture and `result.json` for a stage, so that one hash in
    an event vouches for all files.
    """

    prefix: str = Field(pattern=r"^s3://[^/]+/(.+/)?$")
    index: Artifact


def split_uri(uri: str) -> tuple[str, str]:
    """`s3://bucket/some/key` -> (`bucket`, `some/key`)."""
    bucket, _, key = uri.removeprefix("s3://").partition("/")
    return bucket, key
