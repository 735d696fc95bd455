"""The ports on boto3: the only place where services meet AWS."""
