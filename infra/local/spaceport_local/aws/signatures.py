"""Only requests that are signed with this installation's key pair come through to AWS's ports.

A signature is computed again by botocore's own signer over what arrived, and compared. A header
signs one request of a program; a presigned link signs a method, an address, a time, and whatever
headers it names, so that a browser can put one file of one size and type in one place. As on AWS,
whatever `x-amz-*` header a request brings must be among the signed ones.
https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-authenticating-requests.html
"""

import hashlib
import re
import secrets
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from botocore.auth import UNSIGNED_PAYLOAD, S3SigV4Auth, SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from spaceport_local.disk.secrets import KeyPair
from spaceport_local.http.refusals import Refusal, aws_json_page, s3_page
from spaceport_local.http.server import WsgiApp

ALGORITHM = "AWS4-HMAC-SHA256"
TIMESTAMP = "%Y%m%dT%H%M%SZ"
S3 = "s3"
SKEW = timedelta(minutes=15)
LONGEST_S = 7 * 24 * 3600
CHUNK_BYTES = 1 << 20
HEADER = re.compile(
    rf"{ALGORITHM}\s+Credential=([^,\s]+),\s*SignedHeaders=([^,\s]+),\s*Signature=(\w+)"
)
HASH = re.compile(r"[0-9a-f]{64}")
SIGN_IT = (
    "Only signed requests are answered here: use a link that the API gave, 'spaceport upload', or "
    "an AWS client with the keys from 'keys.json' in the state folder."
)


class Unsigned(Exception):
    """Why a request is not let in."""

    def __init__(self, code: str, sentence: str, status: int = 403) -> None:
        super().__init__(sentence)
        self.refusal = Refusal(status, sentence, code)


@dataclass(frozen=True)
class Claim:
    """What a request says of its own signature; `expires_s` is a presigned link's."""

    credential: str
    signed_headers: tuple[str, ...]
    signature: str
    timestamp: str
    expires_s: int | None = None

    @property
    def scope(self) -> tuple[str, str, str, str]:
        """Access key, day, region, service."""
        parts = self.credential.split("/")
        if len(parts) != 5 or parts[4] != "aws4_request":
            raise _malformed("The credential is not KEY/DAY/REGION/SERVICE/aws4_request")
        return parts[0], parts[1], parts[2], parts[3]

    def signed_at(self) -> datetime:
        """When it was signed; raises Unsigned."""
        try:
            return datetime.strptime(self.timestamp, TIMESTAMP).replace(tzinfo=UTC)
        except ValueError as error:
            raise _malformed("X-Amz-Date is not a time such as 20261128T120000Z") from error


class Signed:
    """WSGI middleware that answers only what this installation signed."""

    def __init__(
        self, app: WsgiApp, keys: KeyPair, now: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        self._app = app
        self._keys = keys
        self._now = now

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        """Answer one request, or refuse it before anybody is asked."""
        try:
            check(environ, self._keys, self._now())
        except Unsigned as error:
            page = aws_json_page if "HTTP_X_AMZ_TARGET" in environ else s3_page
            content_type, body = page(error.refusal)
            headers = [("Content-Type", content_type), ("Content-Length", str(len(body)))]
            start_response(error.refusal.status_line, headers)
            return [body]
        return self._app(environ, start_response)


def check(environ: Mapping[str, Any], keys: KeyPair, now: datetime) -> None:
    """Raises Unsigned for what was not signed with the keys, or not for now."""
    claim = _claim(environ)
    access_key, day, region, service = claim.scope
    if access_key != keys.access_key:
        raise Unsigned("InvalidAccessKeyId", f"This access key is not known here. {SIGN_IT}")
    if day != claim.timestamp[:8]:
        raise _malformed("The credential is of another day than X-Amz-Date")
    _check_time(claim, now)
    headers = _headers(environ)
    loose = [
        name
        for name in headers
        if name not in claim.signed_headers and (name.startswith("x-amz-") or name == "host")
    ]
    if loose:
        names = ", ".join(loose)
        raise Unsigned("AccessDenied", f"Headers came that were not signed: {names}. Sign them.")
    signed = {name: headers.get(name, "") for name in claim.signed_headers}
    request = AWSRequest(environ["REQUEST_METHOD"], _url(environ), headers=signed)
    request.context["timestamp"] = claim.timestamp
    signer = _signer(service)(_payload_hash(environ, claim, service), keys, service, region)
    if not secrets.compare_digest(signer.of(request), claim.signature):
        sentence = "The signature does not fit the request: sign exactly what is sent."
        raise Unsigned("SignatureDoesNotMatch", sentence)


def _claim(environ: Mapping[str, Any]) -> Claim:
    query = dict(parse_qsl(environ.get("QUERY_STRING", ""), keep_blank_values=True))
    header = environ.get("HTTP_AUTHORIZATION", "")
    if query.get("X-Amz-Algorithm") == ALGORITHM:
        return _presigned(query)
    if not header.startswith(ALGORITHM):
        raise Unsigned("AccessDenied", SIGN_IT)
    found = HEADER.fullmatch(header.strip())
    if found is None:
        raise _malformed("The header Authorization is not as SigV4 wants it")
    credential, names, signature = found.groups()
    when = environ.get("HTTP_X_AMZ_DATE", "")
    return Claim(credential, tuple(names.lower().split(";")), signature, when)


def _presigned(query: Mapping[str, str]) -> Claim:
    seconds = query.get("X-Amz-Expires", "")
    if not (seconds.isascii() and seconds.isdigit() and 0 < int(seconds[:9]) <= LONGEST_S):
        raise _malformed(f"X-Amz-Expires is not a number of seconds up to {LONGEST_S}")
    claim = Claim(
        query.get("X-Amz-Credential", ""),
        tuple(query.get("X-Amz-SignedHeaders", "").lower().split(";")),
        query.get("X-Amz-Signature", ""),
        query.get("X-Amz-Date", ""),
        int(seconds),
    )
    if claim.scope[3] != S3:
        raise _malformed("Only requests to S3 can be presigned")
    return claim


def _check_time(claim: Claim, now: datetime) -> None:
    age = now - claim.signed_at()
    if claim.expires_s is None:
        if abs(age) > SKEW:
            sentence = "The request was not signed just now: set this machine's clock, sign again."
            raise Unsigned("RequestTimeTooSkewed", sentence)
    elif age > timedelta(seconds=claim.expires_s):
        raise Unsigned("AccessDenied", "Request has expired: ask for a new link.")
    elif age < -SKEW:
        raise Unsigned("AccessDenied", "Request is not valid yet: set the clocks.")


def _headers(environ: Mapping[str, Any]) -> dict[str, str]:
    """As they came, with names in lower case."""
    named = {
        name[5:].replace("_", "-").lower(): str(value)
        for name, value in environ.items()
        if name.startswith("HTTP_")
    }
    for name in ("CONTENT_TYPE", "CONTENT_LENGTH"):
        if name in environ:
            named[name.replace("_", "-").lower()] = str(environ[name])
    return named


def _url(environ: Mapping[str, Any]) -> str:
    """The address as it was written, without the signature that it carries."""
    asked = urlsplit(environ.get("REQUEST_URI") or environ["RAW_URI"])
    pairs = [pair for pair in asked.query.split("&") if not pair.startswith("X-Amz-Signature=")]
    query = "&".join(filter(None, pairs))
    return f"http://{environ.get('HTTP_HOST', '')}{asked.path}" + (f"?{query}" if query else "")


def _payload_hash(environ: Mapping[str, Any], claim: Claim, service: str) -> str:
    """What was signed of the body; a body that is not taken in elsewhere is held against it."""
    told = str(environ.get("HTTP_X_AMZ_CONTENT_SHA256", ""))
    if claim.expires_s is not None:
        return told or UNSIGNED_PAYLOAD
    if service == S3 and (environ["REQUEST_METHOD"] == "PUT" or not HASH.fullmatch(told)):
        return told  # `s3/arrivals.py` holds a PUT's body against it on its way to the disk
    found = _hash_of_body(environ)
    if told and told != found:
        sentence = "The body is not the one that was signed: sign exactly what is sent."
        raise Unsigned("XAmzContentSHA256Mismatch", sentence, 400)
    return found


def _hash_of_body(environ: Mapping[str, Any]) -> str:
    """The body's SHA-256; waitress keeps bodies where they can be read again."""
    stream, digest = environ["wsgi.input"], hashlib.sha256()
    left = int(environ.get("CONTENT_LENGTH") or 0)
    start = stream.tell() if left else 0
    while left > 0 and (piece := stream.read(min(left, CHUNK_BYTES))):
        digest.update(piece)
        left -= len(piece)
    if environ.get("CONTENT_LENGTH"):
        stream.seek(start)
    return digest.hexdigest()


class _Again:
    """A signer of botocore's that signs what arrived: these headers, and this hash of the body."""

    def __init__(self, payload_hash: str, keys: KeyPair, service: str, region: str) -> None:
        self._payload_hash = payload_hash
        credentials = Credentials(keys.access_key, keys.secret_key)
        super().__init__(credentials, service, region)  # type: ignore[call-arg]

    def headers_to_sign(self, request: Any) -> Any:
        """All that the claim named, whatever this botocore would choose."""
        return request.headers

    def payload(self, _request: Any) -> str:
        """As it was signed."""
        return self._payload_hash

    def of(self: Any, request: AWSRequest) -> str:
        """The signature."""
        text = self.string_to_sign(request, self.canonical_request(request))
        return str(self.signature(text, request))


class _AgainS3(_Again, S3SigV4Auth):
    """S3's paths are signed as they are written."""


class _AgainOther(_Again, SigV4Auth):
    """Other services' are made plain first."""


def _signer(service: str) -> type[Any]:
    return _AgainS3 if service == S3 else _AgainOther


def _malformed(what: str) -> Unsigned:
    return Unsigned("AuthorizationHeaderMalformed", f"{what}: sign it with an AWS client.", 400)
