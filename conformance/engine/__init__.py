"""Drives a run: sends probes and sequences, and gives every requirement its verdict."""
