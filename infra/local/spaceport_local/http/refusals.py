"""What the embedded cloud refuses before anybody is asked: one sentence with its remedy."""

import json
from dataclasses import dataclass
from http import HTTPStatus
from xml.sax.saxutils import escape

DISK_FULL = 507
NO_ROOM = "InsufficientStorage"
SENTENCES = {
    400: "This is not HTTP as it should be: send the request again with a proper client.",
    403: "Web pages of others and names other than this machine's are refused: "
    "use http://127.0.0.1 and its port.",
    413: "A request may have at most {limit_bytes:,} bytes: upload files to S3, in parts if need "
    "be.",
    431: "The headers are too large: send fewer or shorter ones.",
    501: "Only chunked bodies and bodies with a Content-Length are read: send one of these.",
    DISK_FULL: "The disk is full: free some space, then send it again.",
}
S3_CODES = {
    400: "InvalidRequest",
    403: "AccessDenied",
    404: "NoSuchKey",
    405: "MethodNotAllowed",
    413: "EntityTooLarge",
    431: "RequestHeaderSectionTooLarge",
    501: "NotImplemented",
    DISK_FULL: NO_ROOM,
}


@dataclass(frozen=True)
class Refusal:
    """An HTTP status and the sentence that goes with it."""

    status: int
    sentence: str = ""
    code: str = ""
    limit_bytes: int = 0

    @property
    def status_line(self) -> str:
        """`403 Forbidden`."""
        return f"{self.status} {HTTPStatus(self.status).phrase}"

    @property
    def told(self) -> str:
        """The sentence."""
        if self.sentence:
            return self.sentence
        found = SENTENCES.get(self.status, HTTPStatus(self.status).description)
        return found.format(limit_bytes=self.limit_bytes)


def problem_page(refusal: Refusal) -> tuple[str, bytes]:
    """Content type and body as RFC 9457 wants them."""
    document = {
        "type": "about:blank",
        "title": HTTPStatus(refusal.status).phrase,
        "status": refusal.status,
        "detail": refusal.told,
    }
    return "application/problem+json", json.dumps(document).encode()


def s3_page(refusal: Refusal) -> tuple[str, bytes]:
    """Content type and body as S3's clients read them."""
    code = refusal.code or S3_CODES[refusal.status]
    body = f"<Error><Code>{code}</Code><Message>{escape(refusal.told)}</Message></Error>"
    return "application/xml", b'<?xml version="1.0" encoding="UTF-8"?>\n' + body.encode()


def aws_json_page(refusal: Refusal) -> tuple[str, bytes]:
    """Content type and body as the clients of EventBridge, SQS and DynamoDB read them."""
    document = {"__type": refusal.code, "message": refusal.told}
    return "application/x-amz-json-1.0", json.dumps(document).encode()
