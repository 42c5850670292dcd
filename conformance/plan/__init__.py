"""From requirements to probes; knows nothing of transport."""
