"""A seeded world in which the real handlers live: queues, clock, SageMaker, and bad luck.

One `World` is one schedule. `run()` throws dice until nothing is left to do, then calms down and
lets the choreography come to rest. `breaches()` in `invariants.py` says whether it told the truth.
"""

import hashlib
import json
import random
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from bench.quick import outputs_of

from spaceport_contracts.events import CancellationRequested, Stage
from spaceport_ingest.ports import Kit, Objects
from spaceport_ingest.requests.jobs.cancel import cancel_job
from spaceport_ingest.requests.jobs.delete import delete_job
from spaceport_ingest.requests.jobs.replay import replay_job
from spaceport_ingest.settings import Limits
from spaceport_notify.ports import Kit as NotifyKit
from spaceport_runtime.aws.bus import EventBridgeBus
from spaceport_runtime.consume import TRIES_ATTRIBUTE, Backoff, consume
from spaceport_runtime.errors import Retryable
from spaceport_runtime.http.problems import Problem
from spaceport_runtime.ports import End, JobStatus, Platform, Run, RunKey
from spaceport_runtime.service import STATE_CHANGE
from tests.choreography.fakes import FakeEvents, FakeJob, FakeJobs, FakeLedger, FakeStore, Luck
from tests.choreography.faults import Bug, Crash, Dice, Faulty
from tests.choreography.functions import BUCKET, Function, all_functions
from tests.choreography.lag import Index
from tests.choreography.patterns import matches
from tests.choreography.people import WatchedStatusTable, upload
from tests.choreography.witness import Witness
from tests.fakes_ingest import FakeObjects
from tests.fakes_notify import FakeMailer, make_kit
from tests.fakes_uploads import FakeDeposits, FakeRegister

SERVICE_NAMES = ("ingest", "sfm", "train", "compress", "notify")
VISIBILITY_TIMEOUT_S = 360.0
MAX_RECEIVES = 5
QUOTAS = {"ml.c6i.4xlarge": 2, "ml.g4dn.xlarge": 1, "ml.c6i.2xlarge": 1}
STEPS = 140
REST_ROUNDS = 400


@dataclass
class Message:
    """A message in a queue."""

    body: str
    visible_at_s: float
    tries: int = 0
    receives: int = 0


@dataclass
class FunctionQueue:
    """A service's queue and DLQ; the `Queue` port of its function."""

    world: "World"
    messages: list[Message] = field(default_factory=list)
    dead: list[tuple[str, str]] = field(default_factory=list)

    def send_later(self, body: str, delay_s: int, tries: int) -> None:
        self.messages.append(Message(body, self.world.now_s + delay_s, tries))

    def dead_letter(self, body: str, reason: str) -> None:
        self.dead.append((body, reason))


class World:
    """Everything around the handlers."""

    steps = STEPS

    def __init__(self, seed: int, jobs: int = 2, *, faults: bool = True) -> None:
        self.seed = seed
        self.rng = random.Random(seed)
        self.dice = Dice(self.rng) if faults else Dice(self.rng, 0, 0, 0, 0, 0)
        self.faults = faults
        self.now_s = 0.0
        self.jobs = FakeJobs(QUOTAS)
        self.archive: list[dict[str, Any]] = []
        self.early: list[str] = []
        self.poison: list[str] = []
        self.depth = 0
        self.unheard: list[str] = []
        self.in_vain: list[str] = []
        self.ended_before: set[tuple[str, int]] = set()
        self.broken: RunKey | None = None
        self.bugged: set[RunKey] = set()
        self.calls = self.rest_calls = 0
        self.jobs.on_launch, self.jobs.on_describe = self._launch_luck, self._describe_luck
        self.index = Index(lambda: self.now_s, self.dice.lag_s)
        self.build_outside()
        self.witness = Witness(self)
        self.kit = self._ingest_kit()
        self.functions = all_functions(self.platform_of, self.kit, self._notify_kit())
        for name in ("sfm", "train", "compress"):
            self._listen_to_cancellations(self.functions[name])
        self.uploads = [self._upload(n) for n in range(jobs)]
        self.replays: Counter[str] = Counter()

    def build_outside(self) -> None:
        """What the handlers' ports stand on: in memory here, on moto in `moto_world.py`."""
        self.ledger, self.store = FakeLedger(self.index), FakeStore()
        self.objects: Objects = FakeObjects(self.store)
        self.status, self.mailer = WatchedStatusTable(), FakeMailer()
        self.queues = {name: FunctionQueue(self) for name in SERVICE_NAMES}

    # --- the platform ------------------------------------------------------------------------

    def clock(self) -> datetime:
        return datetime(2026, 11, 1, tzinfo=UTC) + timedelta(seconds=self.now_s)

    def platform_of(self, service: str) -> Platform:
        events = FakeEvents(self.accept, lambda: self.dice.hit(self.dice.throttle))
        return Platform(
            ledger=self.faulty(self.ledger),
            store=self.faulty(self.store),
            jobs=self.faulty(self.jobs),
            bus=EventBridgeBus(self.faulty(events), "spaceport", service),
            clock=self.clock,
        )

    def faulty(self, port: object) -> Any:
        return Faulty(port, self.dice, self.interrupt)

    def _ingest_kit(self) -> Kit:
        return Kit(
            platform=self.platform_of("ingest"),
            objects=self.faulty(self.objects),
            deposits=FakeDeposits(FakeStore()),  # nobody here uploads through the API
            register=FakeRegister(),
            queue=self.queues["ingest"],
            bucket=BUCKET,
            limits=Limits(workers=1),
            new_job_id=lambda: f"{self.rng.getrandbits(128):032x}",
        )

    def _notify_kit(self) -> NotifyKit:
        return make_kit(
            self.faulty(self.status), self.faulty(self.mailer), self.faulty(self.store), self.clock
        )

    @property
    def job_ids(self) -> list[str]:
        """The jobs that came of the uploads, in order of upload, as far as they are known."""
        uris = [f"s3://{BUCKET}/{key}" for key in self.uploads]
        found = [(json.loads(record)["uri"], job) for job, (record, _) in self.ledger.jobs.items()]
        return [job for _, job in sorted((uris.index(uri), job) for uri, job in found)]

    def uploads_of_deleted(self) -> list[str]:
        """The uploads that became jobs which were deleted."""
        records = (json.loads(record)["uri"] for record, _ in self.ledger.jobs.values())
        kept = {uri.removeprefix(f"s3://{BUCKET}/") for uri in records}
        return [key for key in self.uploads if key not in kept]

    def listed(self, prefix: str) -> list[str]:
        """What lies in S3 below a prefix."""
        return [each.uri for each in self.objects.under(f"s3://{BUCKET}/{prefix}")]

    def _upload(self, n: int) -> str:
        photos = 1 if self.faults and self.rng.random() < 0.1 else 4
        return upload(f"{self.seed}-{n}", photos, self.store)

    def accept(self, envelope: dict[str, Any]) -> None:
        """EventBridge took an event: into the archive and the queues of those who listen."""
        if envelope["source"].startswith("spaceport."):
            self.archive.append(envelope)
            self.witness.hear(envelope)
            self._check_announced(envelope)
        self.route(envelope)

    def route(self, envelope: dict[str, Any]) -> None:
        """Into the queues of those who listen, now and then twice and late."""
        body = json.dumps({**envelope, "id": str(self.rng.random())})
        for name, function in self.functions.items():
            if any(matches(pattern, envelope) for pattern in function.patterns):
                for _ in range(self._copies()):
                    delay_s = self.rng.choice((0, 1, 5, 400)) if self.faults else 0
                    self.queues[name].messages.append(Message(body, self.now_s + delay_s))

    def _copies(self) -> int:
        if not self.faults:
            return 1
        return self.rng.choices((1, 2, 10), (85, 14, 1))[0]

    def _check_announced(self, envelope: dict[str, Any]) -> None:
        outputs = envelope["detail"].get("outputs")
        if not outputs:
            return
        index = outputs["index"]
        content = self.store.objects.get(index["uri"])
        if content is None or hashlib.sha256(content).hexdigest() != index["sha256"]:
            self.early.append(f"{envelope['detail-type']} before {index['uri']}")
            return
        for file in json.loads(content)["files"]:
            stored = self.store.objects.get(outputs["prefix"] + file["path"])
            if stored is None or hashlib.sha256(stored).hexdigest() != file["sha256"]:
                self.early.append(f"{envelope['detail-type']} before {file['path']}")

    def _listen_to_cancellations(self, function: Function) -> None:
        """After a cancellation was handled, the job must have ended, one way or the other."""
        cancel = function.routes["CancellationRequested"]

        def cancel_and_check(event: CancellationRequested) -> None:
            cancel(event)
            if self.final_end(event.job_id, event.attempt) is None:
                self.unheard.append(f"{event.job_id} goes on after its cancellation")

        function.routes["CancellationRequested"] = cancel_and_check

    def _launch_luck(self, key: RunKey) -> Luck:
        if (key.job_id, key.attempt) in self.ended_before:
            self.in_vain.append(f"{key} launched although its attempt had ended")
        if not self.faults or not self.dice.throttle:
            return Luck.GOOD
        if self.rng.random() < 0.005:
            self.bugged.add(key)
            raise Bug(f"{key} cannot be launched")
        return self.rng.choices((Luck.GOOD, Luck.HANGS, Luck.LOST), (96, 2, 2))[0]

    def _describe_luck(self, name: str) -> None:
        if self.broken is not None and name == self.broken.job_name:
            self.bugged.add(self.broken)
            raise Bug(f"{name} cannot be looked at")

    def final_end(self, job_id: str, attempt: int) -> End | None:
        """The end of the attempt, or of the one that carries on for it."""
        end = self.ledger.ends.get((job_id, attempt))
        while end is not None and end.next_attempt is not None:
            end = self.ledger.ends.get((job_id, end.next_attempt))
        return end

    # --- what can happen ---------------------------------------------------------------------

    def run(self) -> "World":
        """One whole schedule, the same for the same seed."""
        random.seed(self.seed)  # of the back-off's jitter
        for key in self.uploads:
            self.submit(key)
        actions: list[tuple[Callable[[], None], int]] = [
            (self.deliver_some, 60),
            (self.finish_some_job, 20),
            (self.sweep_some, 6),
            (self.cancel_some, 1 if self.faults else 0),
            (self.replay_some, 2 if self.faults else 0),
            (self.delete_some, 1 if self.faults else 0),
            (self.poison_some, 1 if self.faults else 0),
        ]
        choices, weights = zip(*actions, strict=True)
        for _ in range(self.steps):
            self.now_s += self.rng.uniform(0, 20)
            self.rng.choices(choices, weights)[0]()
        self.rest()
        return self

    def submit(self, key: str) -> None:
        """S3 says that a manifest arrived, perhaps twice."""
        detail = {"bucket": {"name": BUCKET}, "object": {"key": key}}
        self.accept({"source": "aws.s3", "detail-type": "Object Created", "detail": detail})

    def deliver_some(self) -> None:
        """The event source mapping hands a small batch of visible messages to a function."""
        ready = [name for name in self.queues if self.visible(name)]
        if ready:
            self.deliver(self.rng.choice(ready), self.rng.randint(1, 3))

    def visible(self, name: str) -> list[Message]:
        return [m for m in self.queues[name].messages if m.visible_at_s <= self.now_s]

    def deliver(self, name: str, batch_size: int) -> None:
        self.calls += 1
        queue, function = self.queues[name], self.functions[name]
        ready = self.visible(name)
        batch = self.rng.sample(ready, min(batch_size, len(ready)))
        for message in batch:
            message.receives += 1
            message.visible_at_s = self.now_s + VISIBILITY_TIMEOUT_S
        records = [_record(n, message) for n, message in enumerate(batch)]
        before = self.dice.crash
        if any(message.receives >= MAX_RECEIVES - 1 for message in batch):
            self.dice.crash = 0.0  # a process does not die four times over one message
        try:
            with self.witness.watch(name, [message.body for message in batch]):
                answer = consume({"Records": records}, function.routes, queue, Backoff(5, 900))
        except Crash:
            return
        finally:
            self.dice.crash = (
                before if self.dice.crash == 0.0 and self.dice.throttle else self.dice.crash
            )
        failed = {item["itemIdentifier"] for item in answer["batchItemFailures"]}
        for n, message in enumerate(batch):
            if str(n) not in failed:
                queue.messages.remove(message)
            elif message.receives >= MAX_RECEIVES:
                queue.messages.remove(message)
                queue.dead.append((message.body, "maxReceiveCount"))

    def interrupt(self) -> None:
        """Another Lambda runs in the middle of this one."""
        if self.depth >= 2:
            return
        self.depth += 1
        try:
            self.rng.choice((self.deliver_some, self.sweep_some, self.finish_some_job))()
        finally:
            self.depth -= 1

    def sweep_some(self) -> None:
        self.sweep(self.rng.choice(list(self.functions)))

    def sweep(self, name: str) -> None:
        if self.depth == 0:
            self.ended_before = set(self.ledger.ends)
            self.broken = self._some_run(name)
        try:
            with self.witness.watch(name, None):
                self._call_sweep(name)
        except (Crash, Retryable):
            return  # the schedule calls it again in five minutes
        finally:
            self.broken = None if self.depth == 0 else self.broken

    def _call_sweep(self, name: str) -> None:
        try:
            self.functions[name].sweep()
        except ExceptionGroup as group:
            if group.split((Retryable, Bug))[1]:
                raise

    def _some_run(self, name: str) -> RunKey | None:
        """Now and then one run of a service breaks whatever looks at it."""
        if not self.dice.throttle or self.rng.random() > 0.2:
            return None
        keys = [key for key in self.ledger.open if key.stage == name]
        return self.rng.choice(keys) if keys else None

    def finish_some_job(self) -> None:
        running = [job for job in self.jobs.running() if job.stop_requested or not job.hangs]
        if running:
            self.finish(self.rng.choice(running))

    def finish(self, job: FakeJob) -> None:
        """SageMaker ends a job, one way or the other, and perhaps says so."""
        stage = job.name.split("-")[0]
        job.status, job.retries_worth = self._fate(job)
        if job.status.status == "Completed":
            files = outputs_of(stage)
            if self.faults and self.dice.throttle and self.rng.random() < 0.03:
                files.pop(next(iter(files)))
                job.retries_worth = 2
            for path, content in files.items():
                self.store.objects[job.output_prefix + path] = content
        says = self.rng.choices((0, 1, 2), (12, 76, 12))[0] if self.faults else 1
        for _ in range(says):
            self.say_state(job)

    def say_state(self, job: FakeJob) -> None:
        prefix = job.kind.capitalize()
        detail = {f"{prefix}JobName": job.name, f"{prefix}JobStatus": job.status.status}
        self.accept(
            {"source": "aws.sagemaker", "detail-type": STATE_CHANGE[job.kind], "detail": detail}
        )

    def _fate(self, job: FakeJob) -> tuple[JobStatus, int]:
        """How the job ends, and how many further attempts that is worth."""
        if job.stop_requested and (job.hangs or self.rng.random() < 0.8):
            return JobStatus("Stopped", "Stopped"), 0
        if not self.faults or not self.dice.throttle:
            return JobStatus("Completed", "Completed"), 0
        told = '{"class": "user", "reason": "No overlap.", "remedy": "Fly closer."}'
        fates = (
            ((JobStatus("Completed", "Completed"), 0), 80),
            ((JobStatus("Failed", "Failed", "InternalServerError: try again"), 2), 8),
            ((JobStatus("Failed", "Failed", f"AlgorithmError: {told}, exit code: 1"), 0), 3),
            ((JobStatus("Failed", "Failed", "AlgorithmError: , exit code: 137"), 1), 3),
            ((JobStatus("Stopped", "Interrupted"), 2), 3),
            ((JobStatus("Stopped", "MaxRuntimeExceeded"), 0), 2),
            ((JobStatus("Stopped", "Stopped"), 0), 1),
        )
        ends = [end for end, _ in fates]
        return self.rng.choices(ends, [weight for _, weight in fates])[0]

    def cancel_some(self) -> None:
        """A user cancels; when that is refused or breaks, the page says so."""
        job_id = self.rng.choice(self.job_ids or ["0" * 12])
        self.ask(lambda: cancel_job(job_id, self.kit))

    def replay_some(self) -> None:
        """A user replays a job from some stage; refused while it runs."""
        job_id = self.rng.choice(self.job_ids or ["0" * 12])
        if self.replays[job_id] < 2:
            self.replays[job_id] += 1
            stage = self.rng.choice(list(Stage))
            self.ask(lambda: replay_job(job_id, stage, None, self.kit))

    def delete_some(self) -> None:
        """A user deletes a job, whatever it is doing; not in every schedule."""
        if self.seed % 3 == 0:
            job_id = self.rng.choice(self.job_ids or ["0" * 12])
            self.ask(lambda: delete_job(job_id, self.kit))

    def ask(self, request: Callable[[], object]) -> None:
        """One request of the HTTP API."""
        try:
            request()
        except (Problem, Crash, Retryable):
            return

    def poison_some(self) -> None:
        """Something that is no event of ours, or of a version nobody knows."""
        name = self.rng.choice(list(self.queues))
        body = self.rng.choice(
            (
                "not json",
                '{"source": "spaceport.sfm", "detail-type": "Nonsense", "detail": {}}',
                '{"source": "x", "detail-type": "StageFailed", "detail": {"version": 2}}',
            )
        )
        self.poison.append(body)
        self.queues[name].messages.append(Message(body, self.now_s))

    # --- coming to rest ----------------------------------------------------------------------

    def rest(self) -> None:
        """No more bad luck: everything that is owed is delivered."""
        self.dice.calm()
        calls = self.calls
        for round_ in range(REST_ROUNDS):
            self.now_s += 60
            for name in self.queues:
                self._drain(name)
            if round_ % 5 == 0:
                for name in self.functions:
                    self.sweep(name)
                self.witness.look_for_leaks()
            for job in self.jobs.running():
                if job.stop_requested or not job.hangs:
                    self.finish(job)
            if self.is_at_rest:
                break
            self._pass_idle_time()
        self.rest_calls = self.calls - calls

    def _pass_idle_time(self) -> None:
        """An hour goes by where all that is left is a job that hangs, and who waits for it."""
        queued = any(queue.messages for queue in self.queues.values())
        looked_at = any(key.stage == "ingest" for key in self.ledger.open)
        if not queued and not looked_at and any(job.hangs for job in self.jobs.running()):
            self.now_s += 3600

    def arrivals(self, stage: str) -> list[Run]:
        """The stage's runs in the order in which they were admitted."""
        runs = [run for key, run in self.ledger.runs.items() if key.stage == stage]
        return sorted(runs, key=lambda run: run.arrived_at)

    def _drain(self, name: str) -> None:
        for _ in range(100):
            if not self.visible(name):
                return
            self.deliver(name, 10)

    @property
    def is_at_rest(self) -> bool:
        """Nothing is queued, running or open."""
        queued = any(queue.messages for queue in self.queues.values())
        return not queued and not self.jobs.running() and not self.ledger.open

    def replay_archive(self) -> None:
        """EventBridge delivers every archived event of the past once more."""
        for envelope in list(self.archive):
            self.route({**envelope, "replay-name": "drill"})
        self.rest()


def _record(n: int, message: Message) -> dict[str, Any]:
    attribute = {"stringValue": str(message.tries), "dataType": "String"}
    return {
        "messageId": str(n),
        "receiptHandle": "",
        "body": message.body,
        "attributes": {"ApproximateReceiveCount": str(message.receives)},
        "messageAttributes": {TRIES_ATTRIBUTE: attribute} if message.tries else {},
        "md5OfBody": "",
        "eventSource": "aws:sqs",
        "eventSourceARN": "arn:aws:sqs:us-east-1:000000000000:spaceport",
        "awsRegion": "us-east-1",
    }
