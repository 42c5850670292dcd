"""The official SDK models that botocore ships: read as if they were pages, and compared with pages.

A model is read into the same values as documents are, so that whatever derives a spec from pages
derives the same one from a model.
"""
