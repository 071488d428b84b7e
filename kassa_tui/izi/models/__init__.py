"""The resources of the contract, one module to a resource (contract D.5)."""
