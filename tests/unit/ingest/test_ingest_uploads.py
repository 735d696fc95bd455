"""An upload becomes a job once, whatever happens on the way."""

import hashlib
from collections.abc import Callable
from typing import Any

import pytest
from tests.choreography.patterns import matches
from tests.fakes_ingest import BUCKET, FakeWorld, etag_of
from tests.photos_ingest import created, jpeg, photos, put_folder, put_zip, zip_of

from spaceport_contracts.capture import Capture
from spaceport_contracts.events import CaptureRejected, ReconstructionRequested, Stage
from spaceport_contracts.results import Quality
from spaceport_ingest.admission.runs import ingest_run, sweep
from spaceport_ingest.admission.uploads import on_upload
from spaceport_ingest.inspect.archives.metadata import decoded
from spaceport_ingest.inspect.wishes import Inputs
from spaceport_ingest.service import SERVICE
from spaceport_runtime.errors import Poison, Retryable
from spaceport_runtime.ports import End, EndKind


def capture_of(world: FakeWorld) -> Capture:
    event = world.bus.events[0]
    assert isinstance(event, ReconstructionRequested), event
    content = world.store.objects[event.inputs.index.uri]
    assert hashlib.sha256(content).hexdigest() == event.inputs.index.sha256
    return Capture.model_validate_json(content)


def test_folder_becomes_a_job() -> None:
    world = FakeWorld()
    key = put_folder(world, photos(4), email="ada@example.org", quality="draft", title="Beach")
    on_upload(created(key), world.kit)
    (event,) = world.bus.events
    assert isinstance(event, ReconstructionRequested)
    uri = f"s3://{BUCKET}/{key}"
    etag = etag_of(world.store.objects[uri])
    assert event.job_id == event.correlation_id == world.job_of(key)
    assert event.causation_id == f"upload:{uri}#{etag}"
    assert (event.start_at, event.quality, event.email) == (Stage.SFM, "draft", "ada@example.org")
    assert (event.title, event.photos, event.attempt) == ("Beach", 4, 1)
    assert event.inputs.prefix == f"s3://{BUCKET}/uploads/trip/photos/"
    expected = f"s3://{BUCKET}/work/{event.job_id}/ingest/capture/capture.json"
    assert event.inputs.index.uri == expected
    capture = capture_of(world)
    for photo in capture.photos:
        content = world.store.objects[capture.photos_prefix + photo.key]
        assert hashlib.sha256(content).hexdigest() == photo.sha256
    assert capture.warnings == ()
    assert capture.rejected == ()
    assert world.ledger.open_runs("ingest") == []


def test_zip_is_unpacked_under_safe_names_and_says_what_it_wants() -> None:
    world = FakeWorld()
    files = {f"Flug über/DJI {n}.JPG": jpeg(n) for n in range(3)}
    junk = {"__MACOSX/._DJI 0.JPG": b"x", "Flug über/.DS_Store": b"x", "Thumbs.db": b"x"}
    key = put_zip(
        world,
        {**files, **junk, "notes.txt": b"hello"},
        email="ada@example.org",
        quality="high",
        title="Über",
    )
    on_upload(created(key), world.kit)
    event = world.bus.events[0]
    assert isinstance(event, ReconstructionRequested)
    assert (event.email, event.quality, event.title) == ("ada@example.org", Quality.HIGH, "Über")
    capture = capture_of(world)
    assert [photo.name for photo in capture.photos] == list(files)
    assert capture.photos_prefix == f"s3://{BUCKET}/work/{event.job_id}/ingest/photos/"
    for photo, content in zip(capture.photos, files.values(), strict=True):
        assert photo.key.isascii() and " " not in photo.key
        assert world.store.objects[capture.photos_prefix + photo.key] == content
    assert capture.rejected == ()
    assert capture.warnings == ("1 file is no photo and was left out: notes.txt.",)


@pytest.mark.parametrize("sent", ["uploads/a%20b%2Bc.zip", "uploads/a+b%2Bc.zip"])
def test_quoted_keys_are_found(sent: str) -> None:
    world = FakeWorld()
    world.put("uploads/a b+c.zip", zip_of(photos(3)))
    on_upload(created(sent), world.kit)
    assert len(world.bus.events) == 1


def test_ten_deliveries_do_it_once() -> None:
    world = FakeWorld()
    key = put_folder(world, photos(3))
    for _ in range(10):
        on_upload(created(key), world.kit)
        sweep(world.kit)
        world.wait(100)
    assert len(world.bus.events) == 1


@pytest.mark.parametrize(
    "key", ["uploads/trip/notes-manifest.json", "elsewhere/x.zip", "uploads/trip/photos/a.jpg"]
)
def test_what_is_no_upload_is_let_be(key: str) -> None:
    world = FakeWorld()
    world.put(key, b"x")
    on_upload(created(key), world.kit)
    assert world.bus.events == [] and not world.ledger.runs


@pytest.mark.parametrize(
    "key",
    ["uploads/PHOTOS.ZIP", "uploads/a/Photos.Zip", "uploads/b.zIp", "uploads/x/manifest.json"],
)
def test_a_zip_is_a_zip_in_capitals_too(key: str) -> None:
    """EventBridge's patterns know the case of letters: the rule must name every spelling."""
    detail = created(key)
    envelope = {"source": "aws.s3", "detail-type": "Object Created", "detail": detail}
    assert any(matches(rule.pattern, envelope) for rule in SERVICE.rules(BUCKET))
    world = FakeWorld()
    world.put(key, zip_of(photos(3)))
    on_upload(detail, world.kit)
    assert len(world.bus.events) == 1


def test_an_upload_that_is_gone_is_let_be() -> None:
    world = FakeWorld()
    on_upload(created("uploads/gone.zip"), world.kit)
    assert world.bus.events == [] and not world.ledger.runs


@pytest.mark.parametrize("detail", [{}, {"bucket": {}}, {"bucket": {"name": BUCKET}, "object": 1}])
def test_what_is_no_event_is_poison(detail: dict[str, Any]) -> None:
    with pytest.raises(Poison):
        on_upload(detail, FakeWorld().kit)


class Died(BaseException):
    """The Lambda was killed."""


class DiesAt:
    """Passes calls on until the n-th, which kills: before or after it took effect."""

    def __init__(self, inner: object, fuse: list[int], *, after: bool) -> None:
        self._inner, self._fuse, self._after = inner, fuse, after

    def __getattr__(self, name: str) -> Any:
        method: Callable[..., Any] = getattr(self._inner, name)

        def call(*args: Any, **kwargs: Any) -> Any:
            self._fuse[0] -= 1
            if self._fuse[0] == 0 and not self._after:
                raise Died
            answer = method(*args, **kwargs)
            if self._fuse[0] == 0:
                raise Died
            return answer

        return call


@pytest.mark.parametrize("good", [True, False], ids=["good", "bad"])
@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("healer", ["redelivery", "sweep"])
def test_a_crash_at_any_call_is_healed(good: bool, after: bool, healer: str) -> None:
    for fuse in range(1, 40):
        world = FakeWorld()
        key = put_zip(world, photos(3 if good else 1))
        if not dies_at(world, key, fuse, after=after):
            assert fuse > 12
            return
        world.wait(400)
        if healer == "redelivery" or not world.ledger.runs:  # SQS keeps what was not admitted
            on_upload(created(key), world.kit)
        sweep(world.kit)
        sweep(world.kit)
        wanted = ReconstructionRequested if good else CaptureRejected
        assert {type(event) for event in world.bus.events} == {wanted}
        assert len({event.event_id for event in world.bus.events}) == 1
        assert world.ledger.open_runs("ingest") == []
    pytest.fail("it never came to its end")


def dies_at(world: FakeWorld, key: str, fuse: int, *, after: bool) -> bool:
    left = [fuse]
    platform = world.kit.platform
    ports: dict[str, Any] = {
        name: DiesAt(getattr(platform, name), left, after=after)
        for name in ("ledger", "store", "bus")
    }
    mortal = type(platform)(jobs=platform.jobs, clock=platform.clock, **ports)
    kit = type(world.kit)(
        platform=mortal,
        objects=DiesAt(world.objects, left, after=after),
        deposits=world.deposits,
        register=world.register,
        queue=world.queue,
        bucket=BUCKET,
        limits=world.kit.limits,
    )
    try:
        on_upload(created(key), kit)
    except Died:
        return True
    return False


def test_a_refused_publish_is_repeated_by_the_sweep() -> None:
    world = FakeWorld()
    key = put_folder(world, photos(3))
    world.bus.refusals = 1
    with pytest.raises(Retryable):
        on_upload(created(key), world.kit)
    sweep(world.kit)
    assert world.bus.events == []  # younger than a minute: its message will come again
    world.wait(61)
    sweep(world.kit)
    assert len(world.bus.events) == 1


def test_cancelled_before_inspection_publishes_nothing() -> None:
    for number in (3, 1):
        world = FakeWorld()
        key = put_folder(world, photos(number))
        world.ledger.claim_end(world.job_of(key), 1, End(EndKind.CANCELLED, by="cancellation"))
        on_upload(created(key), world.kit)
        assert world.bus.events == []
        assert world.ledger.open_runs("ingest") == []


def test_cancelled_during_inspection_publishes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    world = FakeWorld()
    key = put_folder(world, photos(3))
    write = world.store.write

    def cancel_then_write(uri: str, content: bytes, content_type: str) -> None:
        job_id = uri.split("/")[4]
        world.ledger.claim_end(job_id, 1, End(EndKind.CANCELLED, by="cancellation"))
        write(uri, content, content_type)

    monkeypatch.setattr(world.store, "write", cancel_then_write)
    on_upload(created(key), world.kit)
    assert world.bus.events == []


def test_a_refusal_stands_when_the_upload_is_mended_after_it() -> None:
    world = FakeWorld()
    key = put_zip(world, photos(1))
    run = ingest_run(world.job_of(key))
    world.ledger.claim_end(run.job_id, 1, End(EndKind.FAILED, by="ingest"))
    world.put("uploads/trip/photos/unrelated.jpg", b"")
    good = put_folder(world, photos(3))
    world.ledger.claim_end(world.job_of(good), 1, End(EndKind.FAILED, by="ingest"))
    on_upload(created(good), world.kit)
    (event,) = world.bus.events
    assert isinstance(event, CaptureRejected) and "changed" in event.reason


def test_a_run_that_always_breaks_is_given_up_and_holds_nobody_up(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    world = FakeWorld()
    key = put_folder(world, photos(3), email="ada@example.org")

    def broken(*_: object) -> Inputs:
        raise RuntimeError("a bug")

    with monkeypatch.context() as patch:
        patch.setattr("spaceport_ingest.inspect.folders.manifest.judge", broken)
        with pytest.raises(RuntimeError):
            on_upload(created(key), world.kit)
        world.wait(400)
        with pytest.raises(ExceptionGroup):
            sweep(world.kit)
        world.wait(4000)
        sweep(world.kit)
    (event,) = world.bus.events
    assert isinstance(event, CaptureRejected) and "inside Spaceport" in event.reason


def test_an_upload_replaced_during_inspection_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    world = FakeWorld()
    key = put_zip(world, photos(3))
    uri = f"s3://{BUCKET}/{key}"
    read_range = world.objects.read_range

    def replace_then_read(*args: Any) -> bytes:
        world.store.objects[uri] = b"another"
        return read_range(*args)

    monkeypatch.setattr(world.objects, "read_range", replace_then_read)
    on_upload(created(key), world.kit)
    (event,) = world.bus.events
    assert isinstance(event, CaptureRejected) and "replaced" in event.reason


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("=?utf-8?b?S8O2bG4=?=", "Köln"),
        ("Köln", "Köln"),
        ("Beach 2", "Beach 2"),
        ("=?nope?b?S8O2bG4=?=", "=?nope?b?S8O2bG4=?="),
        ("", ""),
    ],
)
def test_a_zips_title_comes_as_s3_carries_it(written: str, meant: str) -> None:
    assert decoded(written) == meant
