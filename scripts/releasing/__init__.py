"""What a release is checked with and handed out as (docs/release.md)."""
