"""Measurements beside their targets; each writes build/bench/NAME.json."""
