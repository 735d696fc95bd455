"""The whole choreography on the real LocalStack."""
