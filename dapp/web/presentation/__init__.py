"""What the pages show, as plain records: pure functions of a case, the time and the language."""
