"""A permission as a value, and those that functions and jobs share."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from spaceport_aws.names import Names

KEYS = "keys hold the job's id, which is not known before there is a job"


@dataclass(frozen=True)
class Grant:
    """What is allowed on what; `why` says for every resource with a `*` what the `*` stands for."""

    actions: tuple[str, ...]
    resources: tuple[str, ...]
    conditions: Mapping[str, Mapping[str, str | list[str]]] = field(default_factory=dict)
    why: str = ""


def objects(names: Names, actions: tuple[str, ...], *keys: str) -> Grant:
    """Something on objects below the given keys."""
    allowed = tuple(f"s3:{action}" for action in actions)
    return Grant(allowed, tuple(names.bucket_arn(key) for key in keys), why=KEYS)


def listing(names: Names, *prefixes: str) -> Grant:
    """List below some prefixes; without any, also learn that a key is absent.

    Without s3:ListBucket S3 answers HeadObject of an absent key with 403 instead of 404, and the
    request carries no prefix on which a condition could stand.
    """
    below: dict[str, str | list[str]] = {"s3:prefix": list(prefixes)}
    conditions = {"StringLike": below} if prefixes else {}
    return Grant(("s3:ListBucket",), (names.bucket_arn(),), conditions)


def encryption(key_arn: str, *actions: str) -> Grant:
    """The key of the bucket, only by way of S3."""
    return Grant(tuple(f"kms:{action}" for action in actions), (key_arn,))


def publishing(names: Names, service: str, detail_types: tuple[str, ...]) -> Grant:
    """Speak on the bus, under one's own name, and only of what one declares."""
    bus = names.arn("events", f"event-bus/{names.of('spaceport')}")
    spoken: dict[str, str | list[str]] = {
        "events:source": f"spaceport.{service}",
        "events:detail-type": list(detail_types),
    }
    return Grant(("events:PutEvents",), (bus,), {"StringEquals": spoken})


def table(names: Names, logical: str, *actions: str) -> Grant:
    """Something on a table and its indexes."""
    arn = names.arn("dynamodb", f"table/{names.of(logical)}")
    allowed = tuple(f"dynamodb:{action}" for action in actions)
    return Grant(allowed, (arn, f"{arn}/index/*"), why="the indexes of this one table")
