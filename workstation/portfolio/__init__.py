"""Positions, profit and loss, balances."""
