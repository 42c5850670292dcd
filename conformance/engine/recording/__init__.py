"""From what was seen to verdicts, and their lines in the record."""
