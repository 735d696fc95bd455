"""Flights: planned, and held against the photos that were taken."""
