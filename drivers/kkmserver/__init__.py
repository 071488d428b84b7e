"""Driver of registers that KkmServer serves: JSON commands over HTTP."""
