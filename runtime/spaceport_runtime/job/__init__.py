"""A job's side of SageMaker's container contract."""
