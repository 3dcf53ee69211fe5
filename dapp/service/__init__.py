"""Use cases: what pages, API and command line do, each once."""
