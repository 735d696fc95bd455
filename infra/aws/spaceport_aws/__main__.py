"""Synthesise the stacks: `python -m spaceport_aws -c region=... -c mailIdentity=...`.

The CDK command calls it as well, with the context in the environment.
"""

import argparse
import json
import os
import sys
from pathlib import Path
from typing import Any

import aws_cdk as cdk

from spaceport_aws.app import add_stacks, make_app
from spaceport_aws.bundle import Bundler
from spaceport_aws.review import review
from spaceport_runtime.errors import UserError

HERE = Path(__file__).parents[1]
ROOT = Path(__file__).parents[3]
SITE = ROOT / "web" / "dist"


def main() -> int:
    """Read the context, build the bundles, write the templates; 1 and one sentence if it cannot."""
    arguments = _arguments()
    app = make_app(_given(arguments.context), arguments.output)
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


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m spaceport_aws")
    parser.add_argument("-c", "--context", action="append", default=[], metavar="KEY=VALUE")
    parser.add_argument("-o", "--output", default=os.environ.get("CDK_OUTDIR"))
    return parser.parse_args()


def _given(words: list[str]) -> dict[str, str]:
    """What was given here; without the CDK command, cdk.json's context as well."""
    pairs = dict(word.partition("=")[::2] for word in words)
    if "CDK_CONTEXT_JSON" in os.environ:
        return pairs
    return {**json.loads((HERE / "cdk.json").read_text())["context"], **pairs}


def _context(app: cdk.App) -> dict[str, Any]:
    """All of the context, and the account that the CDK command found out."""
    context = dict(app.node.get_all_context())
    account = os.environ.get("CDK_DEFAULT_ACCOUNT")
    if account and not context.get("account"):
        context["account"] = account
    return context


if __name__ == "__main__":
    sys.exit(main())
