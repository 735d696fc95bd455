"""cdk-nag over the whole app: a finding without a reason here fails the synthesis."""

import aws_cdk as cdk
from cdk_nag import AwsSolutionsChecks


def review(app: cdk.App) -> None:
    """Add the checks; they run at synthesis."""
    cdk.Validations.of(app).add_plugins(AwsSolutionsChecks(app))
