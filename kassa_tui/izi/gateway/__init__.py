"""The gateway contract over HTTP: the calls and their wire form, a client, a document of it.

`contract` says each of the 24 calls once; `client` makes them, the server of `izi.virtual`
answers them, `openapi` tells others of them. `problems` carries the errors across.
"""
