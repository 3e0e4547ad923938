"""A simulated TWS gateway: an independent reading of the protocol, in a process of its own."""
