"""What the station remembers: facts in SQLite, added and never edited."""
