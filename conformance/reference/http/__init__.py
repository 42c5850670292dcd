"""HTTP/1.1 for the reference: a strict incremental parser and an asyncio protocol over it."""
