"""The routes of uploads."""

from http import HTTPStatus
from typing import Annotated, Any

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.params import Body, Path, Query

from spaceport_contracts.flight import PlannedFlight
from spaceport_ingest.inspect.verdicts.verdict import PhotoVerdict
from spaceport_ingest.ports import GetKit, Link
from spaceport_ingest.requests.bodies import JobAccepted
from spaceport_ingest.requests.jobs.routes import ACCEPTED, IdempotencyKey, accepted
from spaceport_ingest.requests.uploads import bodies
from spaceport_ingest.requests.uploads.begin import Begun, begin_upload, no_limit
from spaceport_ingest.requests.uploads.complete import CompleteRequest, complete_upload
from spaceport_ingest.requests.uploads.drop import drop_upload
from spaceport_ingest.requests.uploads.expected import Announced
from spaceport_ingest.requests.uploads.find import Found
from spaceport_ingest.requests.uploads.links import Wanted, make_links, put_parts_together
from spaceport_ingest.requests.uploads.look import Looked, look_at_upload
from spaceport_ingest.upload import UploadFile
from spaceport_runtime.http.body import JSON
from spaceport_runtime.http.problems import responses
from spaceport_runtime.http.shell import HttpApi

UploadId = Annotated[str, Path(description="as POST /uploads answered it")]
After = Annotated[int, Query(ge=0, le=1_000_000, description="as the page before answered it")]
NO_SUCH = "No such upload or file"
BAD_FIELD = "A field is missing, unknown or has a value that is not allowed"
NO_OBJECT, NO_JSON = "Not a JSON object", "Not JSON"
COMPLETE_ALREADY = "A job was made of it already"


def _answers(status: int, description: str, model: type) -> dict[int, Any]:
    return {status: {"description": description, "content": {JSON: {"model": model}}}}


BEGIN_RESPONSES = responses(
    {400: NO_OBJECT, 415: NO_JSON, 422: "A file that cannot be taken, or a bad field"},
    _answers(201, "Begun", bodies.UploadBegun),
)
LOOK_RESPONSES = responses(
    {404: NO_SUCH, 422: BAD_FIELD}, _answers(200, "As it stands", bodies.UploadStanding)
)
LINK_REFUSALS = {400: NO_OBJECT, 404: NO_SUCH, 409: COMPLETE_ALREADY, 415: NO_JSON, 422: BAD_FIELD}
LINK_RESPONSES = responses(LINK_REFUSALS, _answers(200, "Signed", bodies.LinksMade))
PART_RESPONSES = responses(LINK_REFUSALS, _answers(200, "As they stand", bodies.FilesStanding))
COMPLETE_RESPONSES = responses(
    {
        400: NO_OBJECT,
        404: NO_SUCH,
        409: "Files are missing, or what arrived cannot become a splat",
        415: NO_JSON,
        422: BAD_FIELD,
    },
    ACCEPTED,
)
DROP_RESPONSES = responses(
    {404: NO_SUCH, 409: COMPLETE_ALREADY, 415: NO_JSON, 422: "Not an upload's id"},
    {204: {"description": "Gone, with everything that was sent"}},
)


def add_uploads(app: HttpApi, get_kit: GetKit) -> None:
    """Their part of the router."""

    @app.post("/uploads", responses=BEGIN_RESPONSES, summary="Begin an upload", tags=["uploads"])
    def begin(
        body: Annotated[bodies.BeginUpload, Body()], key: IdempotencyKey = None
    ) -> Response[bodies.UploadBegun]:
        announced = [
            Announced(file.name, file.size_bytes, file.content_type, file.sha256)
            for file in body.files
        ]
        limits, kit = app.limits(), get_kit()
        spend = limits.spend_bytes if limits else no_limit
        begun = begin_upload(body.title, announced, key or "", kit, spend)
        return Response(HTTPStatus.CREATED.value, JSON, _begun(begun, kit.bucket))

    @app.get(
        "/uploads/<upload_id>", responses=LOOK_RESPONSES, summary="Look at one", tags=["uploads"]
    )
    def look(upload_id: UploadId, after: After = 0) -> Response[bodies.UploadStanding]:
        looked = look_at_upload(upload_id, after, get_kit())
        return Response(HTTPStatus.OK.value, JSON, _standing(looked))

    @app.post(
        "/uploads/<upload_id>/links",
        responses=LINK_RESPONSES,
        summary="Signed addresses to send to",
        tags=["uploads"],
    )
    def links(
        upload_id: UploadId, body: Annotated[bodies.WantLinks, Body()]
    ) -> Response[bodies.LinksMade]:
        wanted = [
            Wanted(file.name, None if file.parts is None else tuple(file.parts))
            for file in body.files
        ]
        made = make_links(upload_id, wanted, get_kit())
        signed = [_address(link.name, link.part, link.link) for link in made]
        return Response(HTTPStatus.OK.value, JSON, bodies.LinksMade(links=signed))

    @app.post(
        "/uploads/<upload_id>/parts",
        responses=PART_RESPONSES,
        summary="Put the parts of files together",
        tags=["uploads"],
    )
    def parts(
        upload_id: UploadId, body: Annotated[bodies.PutTogether, Body()]
    ) -> Response[bodies.FilesStanding]:
        found = put_parts_together(upload_id, body.files, get_kit())
        standing = [_file(each, None) for each in found]
        return Response(HTTPStatus.OK.value, JSON, bodies.FilesStanding(files=standing))

    @app.post(
        "/uploads/<upload_id>/complete",
        responses=COMPLETE_RESPONSES,
        summary="Make a job of it",
        tags=["uploads"],
    )
    def complete(
        upload_id: UploadId, body: Annotated[bodies.CompleteUpload, Body()]
    ) -> Response[JobAccepted]:
        request = CompleteRequest(
            email=body.email,
            step=body.pipeline_step.stage,
            quality=body.quality,
            options=body.options.plain() if body.options else None,
            title=body.title,
            plan=body.plan if isinstance(body.plan, str) else None,
            flight=body.plan if isinstance(body.plan, PlannedFlight) else None,
            webhook=body.webhook.plain() if body.webhook else None,
        )
        return accepted(complete_upload(upload_id, request, get_kit()))

    @app.delete(
        "/uploads/<upload_id>", responses=DROP_RESPONSES, summary="Drop one", tags=["uploads"]
    )
    def drop(upload_id: UploadId) -> Response[None]:
        drop_upload(upload_id, get_kit())
        return Response(HTTPStatus.NO_CONTENT.value)


def _begun(begun: Begun, bucket: str) -> bodies.UploadBegun:
    upload = begun.upload
    return bodies.UploadBegun(
        upload_id=upload.upload_id,
        s3_url=upload.prefix(bucket),
        expires_at=upload.expires_at,
        files=[_announced(file) for file in begun.files],
        links=[_address(file.name, None, link) for file, link in begun.links],
    )


def _announced(file: UploadFile) -> bodies.UploadedFile:
    return bodies.UploadedFile(
        name=file.name, key=file.key, size_bytes=file.bytes, parts=file.parts
    )


def _address(name: str, part: int | None, link: Link) -> bodies.SignedAddress:
    return bodies.SignedAddress(name=name, part=part, url=link.url, headers=dict(link.headers))


def _standing(looked: Looked) -> bodies.UploadStanding:
    upload = looked.upload
    return bodies.UploadStanding(
        upload_id=upload.upload_id,
        title=upload.title,
        state=upload.state,
        job_id=upload.job_id or None,
        expires_at=upload.expires_at,
        files=[_file(each, looked.verdicts.get(each.file.number)) for each in looked.page],
        arrived=looked.arrived,
        total=upload.files,
        summary=bodies.UploadSummary(
            usable=looked.usable, refused=looked.refused, advice=list(looked.advice)
        ),
        after=looked.after,
    )


def _file(found: Found, verdict: PhotoVerdict | None) -> bodies.FileStanding:
    return bodies.FileStanding(
        name=found.file.name,
        size_bytes=found.file.bytes,
        state=found.state,
        parts_arrived=[part.number for part in found.parts],
        verdict=verdict,
    )
