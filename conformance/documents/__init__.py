"""API-reference pages, read into typed values with the line each statement came from."""

from conformance.documents.model import Document
from conformance.documents.page_model import Page
from conformance.documents.pages import read_page
from conformance.documents.problems import PageProblem
from conformance.documents.reader import ReadPage, read_pages
