"""The gateway's other end, for training and tests: a CRM behind HTTP that can be made to fail.

`app` answers the calls of the contract from any `Crm`, `faults` names what can go wrong on
the way, `serving` puts an application on a socket.
"""
