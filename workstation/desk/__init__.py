"""The trading core: one thread that owns the session and all trading state; no Qt."""
