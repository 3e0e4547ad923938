"""Pre-trade checks, limits and the trading state."""
