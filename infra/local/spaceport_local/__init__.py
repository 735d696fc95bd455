"""The Spaceport cloud on one machine, and the `spaceport` command."""
