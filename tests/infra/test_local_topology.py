import json
from pathlib import Path

from spaceport_topology.docs import openapi_page
from spaceport_topology.services import SERVICES
from spaceport_topology.wiring import build_topology

GOLDEN = Path(__file__).with_name("topology.json")
WRITE = (
    "python -c 'import json; from spaceport_topology import services, wiring; print(json.dumps("
    "wiring.build_topology(services.SERVICES).as_dict(), indent=1))' > tests/infra/topology.json"
)


def test_the_topology_is_what_was_reviewed() -> None:
    built = json.loads(json.dumps(build_topology(SERVICES).as_dict()))
    assert built == json.loads(GOLDEN.read_text()), f"meant? then: {WRITE}"


def test_every_queue_is_filled_and_hides_messages_six_timeouts_long() -> None:
    topology = build_topology(SERVICES)
    queues = {queue.name: queue for queue in topology.queues}
    fed = {function.queue: function for function in topology.functions if function.queue}
    assert fed.keys() == queues.keys() == {rule.queue for rule in topology.rules}
    for name, function in fed.items():
        queue = queues[name]
        assert queue.visibility_timeout_s == 6 * function.timeout_s
        assert queue.max_receive_count == 5
        assert queue.dead_letter_name == queue.name + "-dlq"


def test_names_are_unique() -> None:
    topology = build_topology(SERVICES)
    rules = [(rule.bus, rule.name) for rule in topology.rules]
    routes = [(route.method, route.path) for route in topology.routes]
    assert len(set(rules)) == len(rules)
    assert len(set(routes)) == len(routes)


def test_the_description_of_the_api_has_every_route() -> None:
    """One path may have methods of two services: neither may hide the other's."""
    described = json.loads(openapi_page())["paths"]
    routes = {(route.method, route.path) for route in build_topology(SERVICES).routes}
    missing = {(m, p) for m, p in routes if m.lower() not in described.get(p, {})}
    assert missing == set()
