"""Random sequences of requests, compared step by step with an executable model of the resource."""
