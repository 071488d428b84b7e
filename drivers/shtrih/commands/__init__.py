"""The commands of the protocol as pure functions: requests to bytes, bytes to answers."""
