"""What pages and the SDK model of a service state differently."""
