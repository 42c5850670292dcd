"""API Gateway's API keys: state, rules and wording."""
