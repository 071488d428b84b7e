"""How a face reaches the station."""
