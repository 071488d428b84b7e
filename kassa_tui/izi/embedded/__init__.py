"""A whole CRM in one SQLite file, for a club without IZI, the demo and training.

It keeps every rule of the gateway contract that does not belong to HTTP itself. There are
no computers in it, so no session ever blocks the closing of a shift.
"""
