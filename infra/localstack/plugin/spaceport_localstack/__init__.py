"""LocalStack 4.9.2, mended where Spaceport's choreography needs it."""
