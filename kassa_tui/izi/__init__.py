"""The CRM: what Kassa asks of it, one that needs nobody else, and the way to others.

`port.Crm` is the gateway contract as typed calls, `models` are its values, `errors` its
refusals. `embedded` is a whole CRM on SQLite for a club without IZI, the demo and training;
`gateway` reaches one over HTTP, and `virtual` serves one so, with faults on demand. `graphql`
is IZI's own, as far as its public API goes.
"""
