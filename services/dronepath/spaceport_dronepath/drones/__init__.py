"""The drones we know."""
