"""docs/events.md and docs/errors.md, made from the committed ABIs and the sources' comments."""
