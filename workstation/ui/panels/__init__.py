"""Panels: each shows one thing and emits what the user wants."""
