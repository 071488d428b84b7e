"""What fills the terminal: each screen draws the last snapshot and turns keys into requests."""
