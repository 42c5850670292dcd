"""Requests that are right: stated by an overlay, or made up from shapes, names and refusals."""
