"""boto3 on this machine: sessions that read botocore's large data files once per process."""

from typing import Any

import boto3
import botocore.session
from botocore.config import Config
from botocore.loaders import create_loader

from spaceport_local.account import REGION
from spaceport_local.disk.secrets import KeyPair

LOADER = create_loader()
CLIENT_CONFIG = Config(
    retries={"mode": "standard", "max_attempts": 3},
    max_pool_connections=32,
    request_checksum_calculation="when_required",
    response_checksum_validation="when_required",
)
S3_CONFIG = CLIENT_CONFIG.merge(Config(signature_version="s3v4"))  # links, too


class Clients:
    """boto3 clients of one endpoint; a service may have an endpoint of its own."""

    def __init__(self, endpoint_url: str, keys: KeyPair) -> None:
        self._endpoint_url = endpoint_url
        self._keys = keys
        self._own: dict[str, str] = {}
        self._session: Any = boto3.Session(botocore_session=_core())
        self._made: dict[str, Any] = {}

    def redirect(self, service: str, endpoint_url: str) -> None:
        """From now on this service is asked elsewhere."""
        self._own[service] = endpoint_url

    def client(self, service: str) -> Any:
        """The client of a service; always the same one."""
        if service not in self._made:
            self._made[service] = self._session.client(
                service,
                endpoint_url=self._own.get(service, self._endpoint_url),
                region_name=REGION,
                aws_access_key_id=self._keys.access_key,
                aws_secret_access_key=self._keys.secret_key,
                config=S3_CONFIG if service == "s3" else CLIENT_CONFIG,
            )
        return self._made[service]


def renew_default_session() -> None:
    """The session that `boto3.client` uses, for the environment as it is now."""
    boto3.setup_default_session(botocore_session=_core())


def _core() -> botocore.session.Session:
    core = botocore.session.Session()
    core.register_component("data_loader", LOADER)
    return core
