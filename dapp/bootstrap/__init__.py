"""The one place where concrete parts are built, from settings alone."""
