"""A club's settings: one TOML file, read whole, checked whole, frozen."""
