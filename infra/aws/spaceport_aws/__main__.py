"""Synthesise the stacks: `python -m spaceport_aws -c region=... -c mailIdentity=...`.

The CDK command calls it as well, with the context in the environment.
"""

import os
import sys
from pathlib import Path
from typing import Any

import aws_cdk as cdk

from spaceport_aws.app import add_stacks, make_app
from spaceport_aws.bundle import Bundler
from spaceport_aws.context import arguments, context_of
from spaceport_aws.review import review
from spaceport_runtime.errors import UserError

ROOT = Path(__file__).parents[3]
SITE = ROOT / "web" / "dist"


def main() -> int:
    """Read the context, build the bundles, write the templates; 1 and one sentence if it cannot."""
    given = arguments(__doc__ or "")
    app = make_app(context_of(given.context), given.output)
    try:
        add_stacks(app, _context(app), Bundler(ROOT, ROOT / "build" / "lambda"))
    except UserError as error:
        print(error, file=sys.stderr)
        return 1
    review(app)
    app.synth()
    if not SITE.exists():
        print("The web stack is built without a site: web/dist does not exist yet.")
    return 0


def _context(app: cdk.App) -> dict[str, Any]:
    """All of the context, and the account that the CDK command found out."""
    context = dict(app.node.get_all_context())
    account = os.environ.get("CDK_DEFAULT_ACCOUNT")
    if account and not context.get("account"):
        context["account"] = account
    return context


if __name__ == "__main__":
    sys.exit(main())
