"""The doors over HTTP: the API under /v1, the pages, and what both stand on."""
