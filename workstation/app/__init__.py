"""Builds and connects everything: command line, lifecycle, logging."""
