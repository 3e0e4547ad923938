"""The TWS session: transport, decoding, encoding; the only place that imports ibapi."""
