"""The typed events and artifacts that Spaceport services exchange."""
