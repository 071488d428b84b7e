"""A fiscal register in software: for training, the demo, and tests over a real wire."""
