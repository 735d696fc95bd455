"""SageMaker on this machine: the API that plain boto3 clients talk to, jobs as processes."""
