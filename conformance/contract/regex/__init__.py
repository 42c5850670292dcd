"""Java's regular expressions: read, and translated."""
