"""Overlays: applied, read, and checked, with a line for every mistake."""
