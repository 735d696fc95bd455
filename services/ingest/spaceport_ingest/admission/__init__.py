"""From an upload to a run: admitted once, worked on from the top, settled once."""
