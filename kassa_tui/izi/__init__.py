"""The CRM: what Kassa asks of it, and one CRM that needs nobody else.

`port.Crm` is the gateway contract as typed calls, `models` are its values, `errors` its
refusals. `embedded` is a whole CRM on SQLite for a club without IZI, the demo and training.
"""
