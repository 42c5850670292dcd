"""What a contract without an overlay is taken to say: resources, identifiers, their creation."""
