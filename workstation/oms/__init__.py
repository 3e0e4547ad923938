"""Orders: the one door out, their states, identities and the final gate."""
