"""The child process around pycolmap, and what its parent makes of it."""
