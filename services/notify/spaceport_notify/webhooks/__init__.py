"""Events that are posted to an address of the user's choice."""
