"""Links that open one delivered scene to whoever has them, until they are withdrawn or expire."""
