"""Photos -> flights that a battery can make."""
