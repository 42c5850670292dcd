"""The embedded reference: an executable model of API Gateway and Amazon Location API keys."""
