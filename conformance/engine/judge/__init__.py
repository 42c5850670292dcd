"""What an answer shows: error identity, refusals, members, statuses."""
