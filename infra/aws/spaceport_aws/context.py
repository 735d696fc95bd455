"""The context of a command line: `-c KEY=VALUE`, over what cdk.json says."""

import argparse
import json
import os
from collections.abc import Sequence
from pathlib import Path

CDK_JSON = Path(__file__).parents[1] / "cdk.json"


def arguments(description: str) -> argparse.Namespace:
    """What the commands of this package understand."""
    parser = argparse.ArgumentParser(description=description.splitlines()[0])
    parser.add_argument("-c", "--context", action="append", default=[], metavar="KEY=VALUE")
    parser.add_argument("-o", "--output", default=os.environ.get("CDK_OUTDIR"))
    return parser.parse_args()


def context_of(words: Sequence[str]) -> dict[str, str]:
    """The given words; where the CDK command does not bring cdk.json's, these below them."""
    given = dict(word.partition("=")[::2] for word in words)
    if "CDK_CONTEXT_JSON" in os.environ:
        return given
    return {**json.loads(CDK_JSON.read_text())["context"], **given}
