"""boto3 sessions that read botocore's large data files once per process."""

import boto3
import botocore.session
from botocore.loaders import create_loader

LOADER = create_loader()


def new_session() -> boto3.Session:
    """A session with the environment's settings."""
    return boto3.Session(botocore_session=_core())


def renew_default_session() -> None:
    """The session that `boto3.client` uses, for the environment as it is now."""
    boto3.setup_default_session(botocore_session=_core())


def _core() -> botocore.session.Session:
    core = botocore.session.Session()
    core.register_component("data_loader", LOADER)
    return core
