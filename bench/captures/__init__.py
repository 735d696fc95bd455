"""Real captures: the world stands upright and true to scale, or it is said."""
