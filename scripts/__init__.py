"""Everything that builds, starts and checks Redress on a developer's machine."""
