"""The choreography beside the same AWS calls without it."""
