"""Driver of registers that speak the Shtrih-M protocol."""
