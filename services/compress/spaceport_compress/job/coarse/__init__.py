"""The scene's coarse level: so small that a first picture is there at once."""
