"""A folder that was uploaded photo by photo, its manifest last."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

from pydantic import ValidationError

from spaceport_contracts.capture import RejectedPhoto
from spaceport_contracts.uploads import (
    MANIFEST_NAME,
    PHOTOS_FOLDER,
    UploadedPhoto,
    UploadManifest,
)
from spaceport_ingest.inspect.names import leaves_its_folder
from spaceport_ingest.inspect.photos import magic
from spaceport_ingest.inspect.photos.candidates import Candidate, Verdict, inspect_all
from spaceport_ingest.inspect.photos.judge import judge
from spaceport_ingest.inspect.photos.photo import GoodPhoto
from spaceport_ingest.inspect.publish import publish_capture
from spaceport_ingest.inspect.sorting import sort_files
from spaceport_ingest.inspect.verdicts.known import verdicts_of_arrived
from spaceport_ingest.inspect.wishes import Inputs, Wishes, make_wishes
from spaceport_ingest.ports import Kit, Listed
from spaceport_ingest.rejection import CaptureRefused, count, shown
from spaceport_ingest.submission import Submission

HEAD_BYTES = 1 << 16


@dataclass(frozen=True)
class ManifestUpload:
    """The photos stay where they were uploaded: their keys are safe already.

    `trouble` is why the manifest cannot be used; its wishes hold what could still be read, so
    that its sender hears of it.
    """

    submission: Submission
    manifest: UploadManifest
    trouble: str = ""

    @classmethod
    def read(cls, submission: Submission, kit: Kit) -> "ManifestUpload":
        """Parse the manifest as far as it goes."""
        stored = kit.platform.store.head(submission.uri)
        if stored is None or stored.bytes > kit.limits.max_manifest_bytes:
            length = min(HEAD_BYTES, stored.bytes if stored else 0)
            head = kit.objects.read_range(submission.uri, submission.etag, 0, length)
            return cls(submission, _salvage(head), "it is far too large")
        content = kit.platform.store.read(submission.uri)
        try:
            return cls(submission, UploadManifest.model_validate_json(content))
        except ValidationError as error:
            first = error.errors()[0]
            where = ".".join(map(str, first["loc"]))
            trouble = f"{where}: {first['msg']}" if where else str(first["msg"])
            return cls(submission, _salvage(content), shown(trouble))

    @property
    def wishes(self) -> Wishes:
        """The request's, else the manifest's."""
        manifest = self.manifest
        return make_wishes(
            self.submission,
            manifest.email,
            manifest.quality,
            manifest.title,
            plan=manifest.plan,
            options=manifest.options,
        )

    @property
    def prefix(self) -> str:
        """Where the photos lie."""
        return self.submission.uri.removesuffix(MANIFEST_NAME) + PHOTOS_FOLDER

    def inspect(self, job_id: str, kit: Kit) -> Inputs:
        """Every listed photo is there, whole, and a photo."""
        if self.trouble:
            raise CaptureRefused(
                f"The upload's {MANIFEST_NAME} cannot be read ({self.trouble}).",
                "Upload the folder again.",
            )
        items = {item.uri: item for item in kit.objects.under(self.prefix)}
        arrived = {uri: item.bytes for uri, item in items.items()}
        sorted_files = sort_files(
            self._listed(), kit.limits, lambda photo: _peek(items.get(self._uri(photo)), kit)
        )
        present = [photo for photo in sorted_files.photos if self._uri(photo) in arrived]
        self._check_complete(len(sorted_files.photos), len(present), kit)
        names = {self._uri(photo): photo.name for photo in sorted_files.photos}
        known = verdicts_of_arrived(items, names, kit)
        whole = [photo for photo in present if self._whole(photo, arrived)]
        candidates = [self._candidate(photo, known, kit) for photo in whole]
        inspected = iter(inspect_all(candidates, kit.limits))
        verdicts: list[Verdict] = [
            next(inspected) if self._whole(photo, arrived) else self._incomplete(photo, arrived)
            for photo in sorted_files.photos
        ]
        warnings = self.wishes.warnings + sorted_files.warnings
        refused = [*sorted_files.rejected, *self.manifest.rejected]
        capture = judge(self.prefix, [*verdicts, *refused], warnings, kit.limits)
        return publish_capture(capture, job_id, kit)

    def _listed(self) -> list[UploadedPhoto]:
        seen: set[str] = set()
        for photo in self.manifest.photos:
            if leaves_its_folder(photo.key) or "//" in photo.key or photo.key in seen:
                raise CaptureRefused(
                    f"The upload's {MANIFEST_NAME} lists {shown(photo.name)} under a key that is "
                    f"not allowed ({shown(photo.key)}).",
                    "Upload the folder again.",
                )
            seen.add(photo.key)
        return list(self.manifest.photos)

    def _check_complete(self, listed: int, present: int, kit: Kit) -> None:
        missing = listed - present
        if missing and missing > kit.limits.max_missing_share * listed:
            raise CaptureRefused(
                f"The upload is incomplete: {missing} of {count(listed, 'photo')} did not arrive.",
                "Upload the folder again.",
            )

    def _uri(self, photo: UploadedPhoto) -> str:
        return self.prefix + photo.key

    def _whole(self, photo: UploadedPhoto, arrived: dict[str, int]) -> bool:
        return arrived.get(self._uri(photo)) == photo.bytes

    def _incomplete(self, photo: UploadedPhoto, arrived: dict[str, int]) -> RejectedPhoto:
        size = arrived.get(self._uri(photo))
        reason = (
            "It did not arrive; upload it again."
            if size is None
            else f"Only {size} of its {photo.bytes} bytes arrived; upload it again."
            if size < photo.bytes
            else "Another file than announced arrived; upload it again."
        )
        return RejectedPhoto(name=photo.name, reason=reason)

    def _candidate(self, photo: UploadedPhoto, known: Mapping[str, Verdict], kit: Kit) -> Candidate:
        uri = self._uri(photo)
        return Candidate(
            name=photo.name,
            key=photo.key,
            size_bytes=photo.bytes,
            fetch=lambda: kit.platform.store.read(uri),
            keep=lambda _content: None,
            sha256=photo.sha256,
            known=_named(known.get(uri), photo),
        )


def _named(known: Verdict | None, listed: UploadedPhoto) -> Verdict | None:
    """Under the name that the user knows; nothing when other bytes were announced."""
    if not isinstance(known, GoodPhoto):
        return known
    if listed.sha256 not in ("", known.photo.sha256):
        return None
    return replace(known, photo=known.photo.model_copy(update={"name": listed.name}))


def _peek(item: Listed | None, kit: Kit) -> bytes:
    length = min(magic.HEAD_BYTES, item.bytes) if item else 0
    return kit.objects.read_range(item.uri, item.etag, 0, length) if item and length else b""


def _salvage(content: bytes) -> UploadManifest:
    """Whom to tell, out of a manifest that is broken elsewhere, cut short or nested to death."""
    head = content[:HEAD_BYTES]
    email, title = (_text_field(name, head) for name in (b"email", b"title"))
    return UploadManifest(email=email or None, title=title[:200], photos=())


def _text_field(name: bytes, head: bytes) -> str:
    found = re.search(rb'"%s"\s*:\s*("(?:[^"\\]|\\.)*")' % name, head)
    try:
        return str(json.loads(found[1])).encode("utf-8", "replace").decode() if found else ""
    except ValueError:
        return ""
