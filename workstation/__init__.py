"""A desktop trading workstation for Interactive Brokers."""

__version__ = "0.1.0"
