"""moto's server behind the tap, and what of moto is mended."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from moto.moto_api._internal.models import moto_api_backend
from werkzeug.test import Client

from spaceport_local.aws.dispatch import Dispatcher
from spaceport_local.aws.edge import Observer, Responder, Tap
from spaceport_local.aws.mends.listings import mend_listings
from spaceport_local.aws.mends.memory import mend_memory
from spaceport_local.aws.mends.queues import mend_queues
from spaceport_local.aws.mends.replays import mend_replays
from spaceport_local.aws.mends.templates import mend_templates
from spaceport_local.aws.mends.transactions import mend_transactions
from spaceport_local.aws.signatures import Signed
from spaceport_local.disk.secrets import KeyPair
from spaceport_local.http.closed import Closed, House
from spaceport_local.http.refusals import s3_page
from spaceport_local.http.server import WebServer, WsgiApp

MAX_OBJECT_BYTES = 5 * 1024**3  # S3's limit for a single PUT


class Moto:
    """moto, empty at the beginning; there is one per process."""

    def __init__(
        self,
        objects: Path,
        responder: Responder,
        observers: Sequence[Observer],
        house: House,
        keys: KeyPair,
        arrived: Callable[[str], None],
        port: int = 0,
    ) -> None:
        reset_moto()
        mend_listings()
        mend_memory()
        mend_queues(arrived)
        mend_replays()
        mend_templates()
        mend_transactions()
        self.app: WsgiApp = Dispatcher(objects)
        signed = Signed(Tap(self.app, responder, observers), keys)
        closed = Closed(signed, house, s3_page)
        self._signed = signed
        self.server = WebServer(closed, port, max_body_bytes=MAX_OBJECT_BYTES, page=s3_page)

    @contextmanager
    def privately(self) -> Iterator[str]:
        """The address of a port that nobody was told of, for as long as the block lasts."""
        server = WebServer(self._signed, page=s3_page)
        server.start()
        try:
            yield server.url
        finally:
            server.stop()

    def post(self, target: str, body: bytes) -> Any:
        """A JSON request past the tap: what it changes is known already."""
        service = "dynamodb" if target.startswith("DynamoDB") else "events"
        credential = f"AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/{service}/aws4_request,"
        headers = {"X-Amz-Target": target, "Authorization": credential}
        answer = Client(self.app).post(
            "/", data=body, headers=headers, content_type="application/x-amz-json-1.0"
        )
        if answer.status_code >= 300:
            raise RuntimeError(f"{target} was refused: {answer.get_data(as_text=True)}")
        return answer.get_json(force=True)


def reset_moto() -> None:
    """Forget everything that moto holds in memory."""
    moto_api_backend.reset()
