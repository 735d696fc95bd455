"""The Spaceport cloud on one machine."""
