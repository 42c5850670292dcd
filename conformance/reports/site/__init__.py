"""A static site of many records: which target does what, how well, and what changed."""
