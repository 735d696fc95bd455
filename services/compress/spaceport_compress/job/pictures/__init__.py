"""What is rendered for people: the preview and the fly-through."""
