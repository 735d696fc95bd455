"""The ground, and how high above it to fly."""
