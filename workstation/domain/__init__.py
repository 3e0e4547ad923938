"""Values and rules of trading; standard library only."""
