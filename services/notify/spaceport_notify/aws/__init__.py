"""notify's ports on boto3."""
