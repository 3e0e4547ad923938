"""Quotes, depth and tape as the core thread keeps them."""
