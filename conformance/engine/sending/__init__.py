"""What sends requests, waits for answers, and keeps account of both."""
