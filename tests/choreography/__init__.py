"""The real handlers under duplicates, reordering, crashes and throttling."""
