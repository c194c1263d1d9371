"""A plain model of the service, written from its documents: it shares no code with the package."""
