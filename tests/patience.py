"""How long tests wait for what must come, of whatever kind it is."""

PATIENCE_SECONDS = 90.0
"""Long beside anything true, on a busy machine too: only what fails waits it out."""
