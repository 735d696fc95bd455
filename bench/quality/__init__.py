"""The presets side by side, in pictures."""
