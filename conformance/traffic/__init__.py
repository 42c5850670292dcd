"""Recorded traffic: what others sent and were answered, read from files and judged as it stands."""
