"""Flight plans beside rivals' and in a reconstruction."""
