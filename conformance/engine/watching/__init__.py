"""What every answer shows, whatever the request was for."""
