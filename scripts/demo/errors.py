"""What can go wrong while the dispute is played or checked."""


class DemoError(Exception):
    """A step failed, or something does not match; the text says what."""
