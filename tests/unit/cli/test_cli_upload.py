"""What is uploaded: safe keys, the user's names, and the same bytes for the same photos."""

import hashlib
import io
import re
from email.header import decode_header, make_header
from pathlib import Path
from typing import Any

import pytest

from spaceport_cli.photos.find import find_photos, photo_key, slug
from spaceport_cli.photos.upload import Upload, Wishes, folder_upload, send, zip_upload
from spaceport_contracts.results import Quality
from spaceport_contracts.uploads import UploadManifest

WISHES = Wishes(Quality.DRAFT, None, "Church")


class FakeS3:
    """A bucket in memory, and the order in which objects came."""

    def __init__(self) -> None:
        self.objects: dict[str, bytes] = {}
        self.puts: list[str] = []
        self.metadata: dict[str, dict[str, str]] = {}

    def put_object(self, **request: Any) -> None:
        body = request["Body"]
        self.objects[request["Key"]] = body.read() if isinstance(body, io.IOBase) else body
        self.metadata[request["Key"]] = request["Metadata"]
        self.puts.append(request["Key"])

    def get_paginator(self, _name: str) -> "FakeS3":
        return self

    def paginate(self, **request: Any) -> list[dict[str, Any]]:
        return [
            {
                "Contents": [
                    {"Key": key, "ETag": f'"{hashlib.md5(body).hexdigest()}"'}
                    for key, body in self.objects.items()
                    if key.startswith(request["Prefix"])
                ]
            }
        ]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    photos = tmp_path / "Flug über Köln"
    (photos / "Tag 2").mkdir(parents=True)
    for name in ("DJI 0002.JPG", "b/../DJI_0001.jpg", "Tag 2/Übersicht 3.jpeg"):
        (photos / name.replace("b/../", "")).write_bytes(name.encode())
    return photos


def prepared(folder: Path, wishes: Wishes = WISHES) -> Upload:
    return folder_upload(find_photos(folder), wishes)


def manifest_of(upload: Upload) -> UploadManifest:
    assert isinstance(upload.trigger.source, bytes)
    return UploadManifest.model_validate_json(upload.trigger.source)


def test_keys_are_safe_and_names_are_the_users(folder: Path) -> None:
    manifest = manifest_of(prepared(folder))

    names = {photo.name: photo.key for photo in manifest.photos}
    assert names == {
        "DJI 0002.JPG": "0001-dji-0002.jpg",
        "DJI_0001.jpg": "0002-dji-0001.jpg",
        "Tag 2/Übersicht 3.jpeg": "0003-tag-2-ubersicht-3.jpeg",
    }
    assert manifest.title == "Church"
    assert manifest.quality is Quality.DRAFT


@pytest.mark.parametrize(
    "name", ["写真.jpg", "a b+c&d%20.jpg", "x" * 300 + ".JPG", "ß.TIFF", "..jpg", "-.jpg"]
)
def test_every_key_is_safe(name: str) -> None:
    key = photo_key(12, name)

    assert re.fullmatch(r"0012-[a-z0-9-]+\.[a-z]+", key)
    assert len(key) < 70


def test_slug_keeps_the_end_where_numbers_are() -> None:
    assert slug("A very long folder name that goes on and on / DJI_0042").endswith("dji-0042")


def test_junk_is_passed_over_and_other_files_are_named(folder: Path) -> None:
    for name in (".DS_Store", "Thumbs.db", "notes.txt", "flight.MP4"):
        (folder / name).write_bytes(b"x")
    (folder / "__MACOSX").mkdir()
    (folder / "__MACOSX" / "ghost.jpg").write_bytes(b"x")

    found = find_photos(folder)

    assert len(found.photos) == 3
    assert found.left_out == ("flight.MP4", "notes.txt")


def test_results_below_the_photos_are_not_photos(folder: Path) -> None:
    (folder / "out").mkdir()
    (folder / "out" / "preview.png").write_bytes(b"x")

    assert len(find_photos(folder, skip=folder / "out").photos) == 3


def test_the_truth_of_a_generated_capture_stays_at_home(folder: Path) -> None:
    (folder / "truth.json").write_text("{}")

    upload = prepared(folder)

    assert upload.photos == 3
    assert not any(file.key.endswith("truth.json") for file in upload.files)
    assert len(manifest_of(upload).photos) == 3


def test_the_same_photos_are_the_same_bytes_whenever_and_wherever(
    folder: Path, tmp_path: Path
) -> None:
    first = prepared(folder)
    moved = folder.rename(tmp_path / "elsewhere")
    for path in moved.rglob("*.jp*"):
        path.touch()

    second = prepared(moved)

    assert second.trigger.source == first.trigger.source
    assert second.name == first.name
    assert [file.key for file in second.files] == [file.key for file in first.files]


def test_other_wishes_are_another_job_on_the_same_photos(folder: Path) -> None:
    draft, high = prepared(folder), prepared(folder, Wishes(Quality.HIGH, None, "Church"))

    assert draft.photos_digest == high.photos_digest
    assert [file.key for file in draft.files] == [file.key for file in high.files]
    assert draft.name != high.name


def test_another_photo_is_another_capture(folder: Path) -> None:
    before = prepared(folder)
    (folder / "DJI_0001.jpg").write_bytes(b"something else")

    assert prepared(folder).photos_digest != before.photos_digest


def test_it_asks_for_the_job_of_the_object_that_it_put_last(folder: Path) -> None:
    upload, client = prepared(folder), FakeS3()
    send(upload, client, "spaceport", lambda _n, _m: None)

    entry = next(
        entry
        for entry in client.paginate(Prefix="")[0]["Contents"]
        if entry["Key"].endswith("manifest.json")
    )
    expected = {"s3Url": f"s3://spaceport/{entry['Key']}", "etag": entry["ETag"].strip('"')}
    assert upload.request("spaceport") == expected


def test_the_manifest_comes_last_and_nothing_is_sent_twice(folder: Path) -> None:
    upload, client = prepared(folder), FakeS3()
    seen: list[tuple[int, int]] = []

    send(upload, client, "b", lambda n, m: seen.append((n, m)))
    first = list(client.puts)
    send(upload, client, "b", lambda _n, _m: None)

    assert first[-1].endswith("/manifest.json")
    assert len(first) == 4
    assert client.puts[4:] == [first[-1]]
    assert seen == [(1, 3), (2, 3), (3, 3)]


def test_a_photo_that_changed_in_the_bucket_is_sent_again(folder: Path) -> None:
    upload, client = prepared(folder), FakeS3()
    send(upload, client, "b", lambda _n, _m: None)
    client.objects[upload.files[0].key] = b"half"

    send(upload, client, "b", lambda _n, _m: None)

    assert client.objects[upload.files[0].key] == (folder / "DJI 0002.JPG").read_bytes()


def test_a_zip_goes_as_it_is_with_its_wishes(tmp_path: Path) -> None:
    archive = tmp_path / "photos.zip"
    archive.write_bytes(b"PK")
    client = FakeS3()

    upload = zip_upload(archive, Wishes(Quality.HIGH, "a@b.ch", "Köln " * 40))
    send(upload, client, "b", lambda _n, _m: None)

    assert client.puts == [upload.trigger.key]
    assert re.fullmatch(r"uploads/[0-9a-f]{16}/[0-9a-f]{8}\.zip", upload.trigger.key)
    metadata = client.metadata[upload.trigger.key]
    assert (metadata["quality"], metadata["email"]) == ("high", "a@b.ch")
    assert metadata["title"].isascii() and metadata["title"].isprintable()
    assert str(make_header(decode_header(metadata["title"]))) == "Köln " * 40
    other = zip_upload(archive, Wishes(Quality.DRAFT, "a@b.ch", "Köln"))
    assert other.name != upload.name


def test_the_plan_goes_along_and_is_named(folder: Path, tmp_path: Path) -> None:
    plan = tmp_path / "plan.json"
    plan.write_text("{}")
    wished = Wishes(Quality.DRAFT, None, "Church", plan)
    upload = prepared(folder, wished)
    assert isinstance(upload.trigger.source, bytes)
    manifest = UploadManifest.model_validate_json(upload.trigger.source)
    assert manifest.plan in {file.key for file in upload.files}
    assert upload.name != prepared(folder).name
    archive = tmp_path / "photos.zip"
    archive.write_bytes(b"zip")
    zipped = zip_upload(archive, wished)
    assert dict(zipped.trigger.metadata)["plan"] == zipped.files[0].key
    assert zipped.trigger.key != zip_upload(archive, WISHES).trigger.key
