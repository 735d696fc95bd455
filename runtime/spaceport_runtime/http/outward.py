"""Which addresses a webhook may post to: none that leads into our own network or machine."""

import ipaddress
import socket
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlsplit

from spaceport_runtime.errors import Retryable, SpaceportError

MAX_CHARACTERS = 1000
Resolve = Callable[[str, int], list[str]]
# IPv6 addresses that carry an IPv4 address to somewhere else: NAT64 (RFC 6052).
NAT64 = ipaddress.ip_network("64:ff9b::/96")


class Forbidden(SpaceportError):
    """The address may never be posted to; says why."""


@dataclass(frozen=True)
class Target:
    """An address that was checked: the name that the receiver goes by, and the IP to connect to."""

    scheme: str
    host: str
    port: int
    path: str
    ip: str

    @property
    def host_header(self) -> str:
        """As HTTP wants it: the port only where it is not the scheme's own."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        usual = {"https": 443, "http": 80}[self.scheme]
        return host if self.port == usual else f"{host}:{self.port}"


def check_form(url: str, allows_loopback: bool = False) -> None:
    """Raises Forbidden for what no webhook looks like, before any name is looked up."""
    _parts(url, allows_loopback)


def resolve_target(url: str, resolve: Resolve, allows_loopback: bool = False) -> Target:
    """Look the name up, once: what was checked is what is connected to.

    Every address of the name must be a public one, so that a second look could not lead elsewhere.
    Raises Forbidden, and Retryable for a name that cannot be looked up (now).
    """
    scheme, host, port, path = _parts(url, allows_loopback)
    try:
        found = resolve(host, port)
    except OSError as error:
        raise Retryable(f"{host} cannot be looked up: {error}") from error
    for ip in found:
        if not _is_allowed(ip, allows_loopback):
            raise Forbidden(f"{host} leads to {ip}, which is no public address")
    if not found:
        raise Retryable(f"{host} has no address")
    return Target(scheme, host, port, path, found[0])


def look_up(host: str, port: int) -> list[str]:
    """Every IP address of a name, as the machine resolves it. Raises OSError."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(address[0]) for *_, address in found))


def _parts(url: str, allows_loopback: bool) -> tuple[str, str, int, str]:
    if len(url) > MAX_CHARACTERS or not url.isascii() or not url.isprintable() or " " in url:
        raise Forbidden(f"the address has at most {MAX_CHARACTERS} plain ASCII characters")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise Forbidden(f"the address cannot be read: {error}") from error
    if parts.scheme != "https" and not (allows_loopback and parts.scheme == "http"):
        raise Forbidden("the address begins with https://")
    if not parts.hostname or parts.username is not None or parts.password is not None:
        raise Forbidden("the address names a host, and neither user nor password")
    default = 443 if parts.scheme == "https" else 80
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return parts.scheme, parts.hostname, port or default, path


def _is_allowed(text: str, allows_loopback: bool) -> bool:
    address = ipaddress.ip_address(text.partition("%")[0])
    if isinstance(address, ipaddress.IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour or _nat64(address)
        if inner is not None:
            return _is_allowed(str(inner), allows_loopback)
        if address.is_site_local:  # deprecated, and private where it still lives
            return False
    if address.is_loopback:
        return allows_loopback
    return address.is_global and not address.is_multicast


def _nat64(address: ipaddress.IPv6Address) -> ipaddress.IPv4Address | None:
    return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF) if address in NAT64 else None
