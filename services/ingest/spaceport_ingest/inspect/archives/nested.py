"""Zips inside a zip: whoever downloads folders from a web drive uploads these."""

from spaceport_contracts.capture import RejectedPhoto
from spaceport_contracts.filenames import FileKind, file_kind
from spaceport_ingest.inspect.archives.archive import Archive
from spaceport_ingest.inspect.archives.directory import Entry, list_entries
from spaceport_ingest.inspect.publish import ingest_prefix
from spaceport_ingest.ports import Kit
from spaceport_ingest.rejection import CaptureRefused, PhotoRefused, shown


def open_nested(
    entries: list[Entry], job_id: str, kit: Kit
) -> tuple[list[Entry], list[RejectedPhoto]]:
    """The entries with the files of inner zips instead of these, one level deep.

    Only where the upload has too few photos of its own: a zip left over among photos is litter.
    """
    photos = sum(file_kind(entry.name) is FileKind.PHOTO for entry in entries)
    if photos >= kit.limits.min_photos:
        return entries, []
    opened: list[Entry] = []
    rejected: list[RejectedPhoto] = []
    for number, entry in enumerate(entries):
        if not _is_zip(entry):
            opened.append(entry)
            continue
        try:
            inner, links = _open(
                entry, f"{ingest_prefix(kit.bucket, job_id)}zips/{number}.zip", kit
            )
        except (CaptureRefused, PhotoRefused) as refusal:
            reason = f"This zip inside the upload cannot be used ({refusal}); unpack it yourself."
            rejected.append(RejectedPhoto(name=entry.name, reason=reason))
            continue
        opened += inner
        rejected += links
        if len(opened) > kit.limits.max_zip_entries:
            raise CaptureRefused(
                f"The zips inside the upload hold more than {kit.limits.max_zip_entries} entries.",
                "Unpack them and upload the photos alone.",
            )
    return opened, rejected


def _is_zip(entry: Entry) -> bool:
    is_junk = file_kind(entry.name) is not FileKind.ARCHIVE
    return not is_junk and entry.name.lower().endswith(".zip")


def _open(entry: Entry, uri: str, kit: Kit) -> tuple[list[Entry], list[RejectedPhoto]]:
    """Put the inner zip beside the job's files, where it can be read piece by piece."""
    if entry.bytes > kit.limits.max_nested_zip_bytes:
        raise PhotoRefused(f"it has {entry.bytes / 1e6:.0f} MB")
    kit.platform.store.write(uri, entry.read(), "application/zip")
    stored = kit.platform.store.head(uri)
    if stored is None:
        raise CaptureRefused(f"{shown(entry.name)} could not be stored.", "Upload it again.")
    return list_entries(Archive(uri, stored, kit.objects), kit.limits, f"{entry.name}/")
