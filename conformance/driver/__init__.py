"""Drives a run from the outside: one way for the command, the API, pytest and the mutants."""
