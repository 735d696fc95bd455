"""What a capture will take: the table of times and prices, and the arithmetic."""
