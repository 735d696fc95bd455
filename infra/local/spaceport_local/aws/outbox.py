"""Mail that SES accepted, as files that a mail program opens."""

import threading
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from moto.ses.models import ses_backends

from spaceport_local.account import ACCOUNT, REGION
from spaceport_local.aws.edge import Call


class Outbox:
    """Observes SES; every message is a file before the sender hears that it was accepted."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock = threading.Lock()
        self._written = 0

    def wants(self, call: Call) -> bool:
        """Whether the call may send mail."""
        return call.scope == "ses" and call.method == "POST"

    def lock(self) -> AbstractContextManager[Any] | None:
        """Order does not matter."""
        return None

    def seen(self, _call: Call) -> None:
        """Write what is new."""
        with self._lock:
            sent: list[Any] = ses_backends[ACCOUNT][REGION].sent_messages
            for message in sent[self._written :]:
                try:
                    self._write(message)
                except OSError:
                    del sent[self._written :]  # its sender is told, and sends it again
                    raise
                self._written += 1

    def _write(self, message: Any) -> None:
        stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%S%f")
        temporary = self._folder / f".{message.id}.tmp"
        temporary.write_bytes(_mime(message))
        temporary.replace(self._folder / f"{stamp}-{message.id[-12:]}.eml")


def _mime(message: Any) -> bytes:
    raw = getattr(message, "raw_data", None)
    if raw is not None:
        return raw if isinstance(raw, bytes) else str(raw).encode()
    mail = EmailMessage()
    mail["From"] = message.source
    mail["To"] = ", ".join(message.destinations.get("ToAddresses", []))
    mail["Subject"] = message.subject
    mail.set_content(message.body)
    return mail.as_bytes()
