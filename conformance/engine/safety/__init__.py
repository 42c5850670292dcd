"""What keeps a run to what it made itself: the guard, its reading of requests, cleanup, quotas."""
