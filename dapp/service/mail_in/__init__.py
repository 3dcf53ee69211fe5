"""E-mail as a door: a message becomes a draft that its sender signs later, by a link."""
