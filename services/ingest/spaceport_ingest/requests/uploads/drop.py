"""DELETE /uploads/{id}, and uploads that nobody completes: everything of them goes."""

from spaceport_ingest.admission.begun import drop
from spaceport_ingest.ports import Kit
from spaceport_ingest.requests.uploads.find import find_open


def drop_upload(upload_id: str, kit: Kit) -> None:
    """Parts, files, list and record; raises Problem: 404 no such upload, 409 complete already."""
    upload = find_open(upload_id, kit)
    drop(upload.upload_id, upload.created_at, kit)
