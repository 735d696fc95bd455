"""The environment variables that the handlers and the jobs are given."""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from spaceport_local.account import MAIL_SENDER, REGION
from spaceport_local.disk.secrets import KeyPair
from spaceport_local.http.signin import OWNER
from spaceport_topology.wiring import (
    LEDGER_TABLE,
    LIMITS_TABLE,
    STATUS_TABLE,
    UPLOADS_TABLE,
    Topology,
)

THREAD_LIMITS = (
    "OMP_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "MKL_NUM_THREADS",
    "NUMBA_NUM_THREADS",
    "VECLIB_MAXIMUM_THREADS",
)
FOREIGN = (
    "AWS_PROFILE",
    "AWS_DEFAULT_PROFILE",
    "AWS_SESSION_TOKEN",
    "AWS_SECURITY_TOKEN",
    "AWS_ROLE_ARN",
    "AWS_WEB_IDENTITY_TOKEN_FILE",
    "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS",
)


def aws_environment(endpoint_url: str, sagemaker_url: str, keys: KeyPair) -> dict[str, str]:
    """What leads every AWS client on this machine to the embedded cloud, and only there."""
    direct = {os.environ.get("NO_PROXY", ""), os.environ.get("no_proxy", ""), "127.0.0.1"}
    no_proxy = ",".join(sorted(filter(None, direct)))
    return {
        "AWS_ENDPOINT_URL": endpoint_url,
        "AWS_ENDPOINT_URL_SAGEMAKER": sagemaker_url,
        "AWS_ACCESS_KEY_ID": keys.access_key,
        "AWS_SECRET_ACCESS_KEY": keys.secret_key,
        "AWS_REGION": REGION,
        "AWS_DEFAULT_REGION": REGION,
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "AWS_EC2_METADATA_DISABLED": "true",
        # The hashes that we rely on are our own; S3's would be computed twice on one machine.
        "AWS_REQUEST_CHECKSUM_CALCULATION": "when_required",
        "AWS_RESPONSE_CHECKSUM_VALIDATION": "when_required",
        "NO_PROXY": no_proxy,
        "no_proxy": no_proxy,
    }


def function_environment(topology: Topology, api_url: str) -> dict[str, str]:
    """What the functions' settings read."""
    return {
        "SPACEPORT_BUCKET": topology.bucket,
        "SPACEPORT_BUS_NAME": topology.bus,
        "SPACEPORT_LEDGER_TABLE": LEDGER_TABLE,
        "SPACEPORT_LIMITS_TABLE": LIMITS_TABLE,
        "SPACEPORT_INGEST_UPLOADS_TABLE": UPLOADS_TABLE,
        "SPACEPORT_INGEST_UPLOADS_OWNER": OWNER,
        "SPACEPORT_NOTIFY_STATUS_TABLE": STATUS_TABLE,
        "SPACEPORT_NOTIFY_SENDER": MAIL_SENDER,
        "SPACEPORT_PUBLIC_URL": api_url,
        "POWERTOOLS_TRACE_DISABLED": "true",
    }


def job_environment(environment: Mapping[str, str]) -> dict[str, str]:
    """The user's environment without what is ours or limits threads: a job has the machine."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("AWS_", "SPACEPORT_", "MOTO_")) and name not in THREAD_LIMITS
    }
    return {**kept, **environment}


@contextmanager
def environment(variables: Mapping[str, str]) -> Iterator[None]:
    """Set variables, remove what would lead to somebody's real account, restore all at the end."""
    before = dict(os.environ)
    for name in FOREIGN:
        os.environ.pop(name, None)
    os.environ.update(variables)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)
