"""The report of a delivered attempt: its figures, its page, its files."""
