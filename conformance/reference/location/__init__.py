"""Amazon Location's API keys: state, rules and wording."""
