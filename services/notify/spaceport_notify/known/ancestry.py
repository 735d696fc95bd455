"""Which earlier events an attempt builds on: followed along the causation ids.

An attempt may be a part only: the stages retry under a new attempt number with the same cause,
and a replay starts at a later stage from an earlier attempt's artifacts. The chain from its last
event back to the upload tells which sparse model and which Gaussians belong to the splat.
"""

from dataclasses import dataclass

from spaceport_contracts.events import (
    Event,
    ReconstructionRequested,
    SparseModelBuilt,
    SplatTrained,
    Stage,
)
from spaceport_notify.known.view import JobView, Round

Node = ReconstructionRequested | SparseModelBuilt | SplatTrained


@dataclass(frozen=True)
class Ancestry:
    """The chain from newest to oldest; not `complete` while an event in it has not arrived."""

    chain: tuple[Node, ...]
    complete: bool

    @property
    def request(self) -> ReconstructionRequested | None:
        """What the user asked for last."""
        return next(iter(self.requests), None)

    @property
    def requests(self) -> tuple[ReconstructionRequested, ...]:
        """From the newest to the one that brought the photos."""
        return tuple(each for each in self.chain if isinstance(each, ReconstructionRequested))

    @property
    def built(self) -> SparseModelBuilt | None:
        """The sparse model that the attempt rests on."""
        return next((each for each in self.chain if isinstance(each, SparseModelBuilt)), None)

    @property
    def trained(self) -> SplatTrained | None:
        """The Gaussians that the attempt rests on."""
        return next((each for each in self.chain if isinstance(each, SplatTrained)), None)


def ancestry(view: JobView, attempt: int) -> Ancestry:
    """What the attempt builds on, itself included, as far as it is known."""
    newest = _newest(view.rounds[attempt])
    if newest is None:
        return Ancestry((), complete=False)
    known = _nodes(view)
    chain: list[Node] = []
    node = newest if isinstance(newest, Node) else known.get(newest.causation_id)
    while node is not None and node not in chain:
        chain.append(node)
        node = _parent(node, known)
    return Ancestry(tuple(chain), complete=bool(chain) and _is_origin(chain[-1]))


def fallback_request(view: JobView, attempt: int) -> ReconstructionRequested | None:
    """The newest request up to an attempt, for when the chain is broken."""
    requests = [
        each.requested
        for each in view.rounds.values()
        if each.requested is not None and each.attempt <= attempt
    ]
    return max(requests, key=lambda request: request.attempt, default=None)


def _newest(known: Round) -> Event | None:
    """The furthest event whose cause leads back to the request; a cancellation's does not."""
    traces = [known.traces[stage] for stage in reversed(Stage) if stage in known.traces]
    running = [
        each for trace in traces for each in (trace.started, trace.progressed, trace.waiting)
    ]
    candidates = (known.compressed, known.failed, known.trained, *running, known.built)
    return next((each for each in (*candidates, known.requested) if each is not None), None)


def _nodes(view: JobView) -> dict[str, Node]:
    nodes = (
        node
        for each in view.rounds.values()
        for node in (each.requested, each.built, each.trained)
        if node is not None
    )
    return {node.event_id: node for node in nodes}


def _parent(node: Node, known: dict[str, Node]) -> Node | None:
    """A replay's request follows the stage whose artifacts it starts from."""
    if not isinstance(node, ReconstructionRequested):
        return known.get(node.causation_id)
    if node.start_at is Stage.SFM:
        return None
    completions = (each for each in known.values() if not isinstance(each, ReconstructionRequested))
    return next((each for each in completions if each.outputs.prefix == node.inputs.prefix), None)


def _is_origin(node: Node) -> bool:
    """Nothing of this job comes before: photos, or artifacts that another job or a user made."""
    if not isinstance(node, ReconstructionRequested):
        return False
    ours = tuple(f"/{node.job_id}/{stage}/" for stage in Stage)
    return node.start_at is Stage.SFM or not any(part in node.inputs.prefix for part in ours)
