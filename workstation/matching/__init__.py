"""How orders meet: the order book and the triggers of the simulated gateway and of practice."""
