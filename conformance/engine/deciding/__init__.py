"""What requests are sent to decide a requirement."""
