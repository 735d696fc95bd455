"""One POST to a stranger's server: to a checked address, within a time, with redirects checked."""

import socket
import threading
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from http.client import HTTPException
from urllib.parse import urljoin

from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import HTTPError

from spaceport_runtime.errors import Retryable
from spaceport_runtime.http.outward import Resolve, Target, look_up, resolve_target

TIMEOUT_S = 3.0  # for each step
DEADLINE_S = 6.0  # for all of them: a receiver that sends a byte at a time is cut off
REDIRECTS = 3
KEPT_METHOD = (307, 308)  # the other redirects would turn the POST into a GET


@dataclass(frozen=True)
class WebPoster:
    """Posts over the network; `allows_loopback` is for tests on this machine."""

    allows_loopback: bool = False
    resolve: Resolve = look_up

    def post(self, url: str, body: bytes, headers: Mapping[str, str]) -> int:
        """The status of the answer, which is not read any further.

        Raises Forbidden for an address that is not public, at first or after a redirect, and
        Retryable when nobody answers.
        """
        for _ in range(REDIRECTS + 1):
            target = resolve_target(url, self.resolve, self.allows_loopback)
            status, location = _ask(target, body, headers)
            if status not in KEPT_METHOD or not location:
                return status
            url = urljoin(url, location)
        raise Retryable(f"more than {REDIRECTS} redirects")


def _ask(target: Target, body: bytes, headers: Mapping[str, str]) -> tuple[int, str | None]:
    connection = _connect_to(target)
    cut = threading.Timer(DEADLINE_S, _cut_off, [connection])
    cut.start()
    try:
        connection.connect()
        connection.request(
            "POST",
            target.path,
            body=body,
            headers={**headers, "Host": target.host_header},
            preload_content=False,
        )
        answer = connection.getresponse()
        return answer.status, answer.headers.get("Location")
    except (HTTPError, HTTPException, OSError, ValueError) as error:
        raise Retryable(f"{target.host} does not answer: {error}") from error
    finally:
        cut.cancel()
        connection.close()


def _connect_to(target: Target) -> HTTPConnection:
    """To the IP that was checked; the certificate must be that of the name."""
    if target.scheme == "http":
        return HTTPConnection(target.ip, target.port, timeout=TIMEOUT_S)
    return HTTPSConnection(
        target.ip,
        target.port,
        timeout=TIMEOUT_S,
        server_hostname=target.host,
        assert_hostname=target.host,
        cert_reqs="CERT_REQUIRED",
    )


def _cut_off(connection: HTTPConnection) -> None:
    if connection.sock is not None:
        with suppress(OSError):
            connection.sock.shutdown(socket.SHUT_RDWR)
