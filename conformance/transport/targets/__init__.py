"""Targets that are known by a name, and how each is started on this machine alone."""
