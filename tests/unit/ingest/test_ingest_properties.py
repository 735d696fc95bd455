"""Properties of what strangers may write: S3 addresses, file names, zip directories, e-mails."""

import io
import json
import string
import zipfile
from email.headerregistry import Address
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from tests.fakes_ingest import BUCKET, FakeWorld
from tests.photos_ingest import created, jpeg, picture

from spaceport_contracts.address import email_address, is_email
from spaceport_contracts.events import CaptureRejected, ReconstructionRequested
from spaceport_ingest.admission.uploads import on_upload
from spaceport_ingest.inspect.archives.metadata import decoded
from spaceport_ingest.inspect.names import SafeKeys, leaves_its_folder
from spaceport_ingest.inspect.photos.photo import inspect_photo
from spaceport_ingest.rejection import PhotoRefused
from spaceport_ingest.requests.jobs.locate import parse_s3_url
from spaceport_ingest.settings import Limits
from spaceport_runtime.http.problems import Problem

BUCKETS = st.from_regex(r"[a-z0-9][a-z0-9-]{1,30}[a-z0-9]", fullmatch=True)
KEYS = st.text(st.characters(codec="utf-8"), min_size=1, max_size=60).filter(
    lambda key: not key.startswith("/") and key == key.strip() and key.isprintable()
)
REGIONS = st.sampled_from(["", ".us-west-2", "-eu-central-1", ".dualstack.ap-south-1"])


@given(BUCKETS, KEYS)
def test_an_s3_address_is_taken_as_it_is_written(bucket: str, key: str) -> None:
    assert parse_s3_url(f"s3://{bucket}/{key}") == (bucket, key)


@given(BUCKETS, KEYS, REGIONS)
def test_both_https_forms_name_the_same_object(bucket: str, key: str, region: str) -> None:
    quoted = quote(key)
    virtual = parse_s3_url(f"https://{bucket}.s3{region}.amazonaws.com/{quoted}")
    by_path = parse_s3_url(f"https://s3{region}.amazonaws.com/{bucket}/{quoted}")
    assert virtual == by_path == (bucket, quoted)


@given(st.text(max_size=80))
@example("https://[::1/x")
@example("s3://")
def test_any_text_is_an_address_or_a_problem(text: str) -> None:
    try:
        bucket, key = parse_s3_url(text)
    except Problem as problem:
        assert problem.detail.endswith(".")
    else:
        assert bucket and key and "/" not in bucket


@given(st.lists(st.text(min_size=1, max_size=40), min_size=1, max_size=12))
@example(["ä.jpg", "a.jpg", "A.JPG"])
@example(["a.jpg", "a.jpg", "a.jpg"])
@example(["..", ".", "//"])
def test_keys_are_safe_and_no_two_are_alike(names: list[str]) -> None:
    keys = SafeKeys()
    made = [keys.key_for(name) for name in names]
    assert len({key.lower() for key in made}) == len(names)
    for key in made:
        assert key and set(key) <= set(string.ascii_letters + string.digits + "._-/")
        assert not leaves_its_folder(key) and "//" not in key


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.text(st.characters(codec="utf-8"), max_size=30),
            st.sampled_from([".jpg", ".PNG", "", ".zip", "/"]),
        ).map("".join),
        max_size=6,
        unique=True,
    ),
    st.binary(max_size=200),
    st.integers(0, 400),
    st.integers(0, 255),
)
def test_any_zip_ends_in_one_verdict(names: list[str], content: bytes, at: int, byte: int) -> None:
    """Whole, then with one byte of its end or directory changed."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as packed:
        for name in names:
            packed.writestr(zipfile.ZipInfo(name), content)
    whole = stream.getvalue()
    changed = bytearray(whole)
    changed[max(0, len(changed) - 1 - at)] = byte
    for archive in (whole, bytes(changed)):
        world = FakeWorld()
        world.put("uploads/x/trip.zip", archive)
        on_upload(created("uploads/x/trip.zip"), world.kit)
        (event,) = world.bus.events
        assert isinstance(event, CaptureRejected | ReconstructionRequested)
        assert not any(f"s3://{BUCKET}/uploads" in uri for uri in list(world.store.objects)[1:])


@given(st.emails())
def test_a_plain_address_is_the_one_that_mail_goes_to(address: str) -> None:
    if is_email(address):
        local, _, domain = email_address(address).rpartition("@")
        assert str(Address(username=local, domain=domain)) == f"{local}@{domain}"


@pytest.mark.parametrize(
    "text",
    [
        "a@b.com\n",
        "=?utf-8?q?v=40evil.com=2C?=@x.com",
        "v@evil.com,@x.com",
        "Ada <a@b.co>",
        "a@b.co\nBcc: x@y.z",
        '"a b"@c.de',
        "a@[1.2.3.4]",
        "a..b@c.de",
        f"{'x' * 65}@a.de",
        "a\u200b@x.com",
    ],
)
def test_more_or_less_than_one_plain_address_is_none(text: str) -> None:
    assert not is_email(text)


def test_an_address_with_other_letters_in_its_domain_is_written_in_ascii() -> None:
    assert email_address("a@Bücher.example") == "a@xn--bcher-kva.example"


@given(st.text(max_size=60))
@example("=?nope?q?x?=")
@example("=?utf-8?q?=FF?= =?base64?b?A?=")
def test_any_metadata_is_read(text: str) -> None:
    assert isinstance(decoded(text), str)


SCALARS = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False), st.text(max_size=20)
)
FIELDS = st.sampled_from(["title", "email", "quality", "photos", "name", "key", "bytes", "sha256"])
DOCUMENTS = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(FIELDS, inner, max_size=8),
    max_leaves=20,
)


@settings(max_examples=150, deadline=None)
@given(DOCUMENTS, st.integers(0, 60))
def test_any_manifest_ends_in_one_verdict(document: object, cut: int) -> None:
    whole = json.dumps(document).encode()
    for content in (whole, whole[:-cut] if cut else b"\xff"):
        world = FakeWorld()
        world.put("uploads/x/manifest.json", content)
        on_upload(created("uploads/x/manifest.json"), world.kit)
        (event,) = world.bus.events
        assert isinstance(event, CaptureRejected)
        event.model_dump_json().encode()


def small(image_format: str) -> bytes:
    stream = io.BytesIO()
    picture(3, (64, 48)).save(stream, image_format, **OPTIONS.get(image_format, {}))
    return stream.getvalue()


OPTIONS: dict[str, dict[str, Any]] = {
    "JPEG": {"progressive": True},
    "TIFF": {"compression": "tiff_lzw"},
}
WHOLE = {name: small(name) for name in ("JPEG", "PNG", "TIFF", "HEIF")} | {"MPO": jpeg(3)}


@settings(max_examples=300, deadline=None)
@given(
    st.sampled_from(sorted(WHOLE)),
    st.lists(st.tuples(st.floats(0, 1, exclude_max=True), st.binary(min_size=1, max_size=6))),
    st.floats(0.05, 1),
)
def test_any_damage_to_a_photo_is_said_in_words(
    name: str, changes: list[tuple[float, bytes]], kept: float
) -> None:
    """Nothing that a decoder raises comes as a surprise."""
    content = bytearray(WHOLE[name])
    for share, written in changes:
        at = int(share * len(content))
        content[at : at + len(written)] = written
    try:
        inspect_photo("a.jpg", "a.jpg", bytes(content[: round(kept * len(content))]), Limits())
    except PhotoRefused as refusal:
        assert str(refusal).endswith(".")
