"""IZI's own CRM, by the GraphQL API that IZI documents publicly. A second way beside `gateway`.

What IZI's developer pages (izi.is/wiki/en/dev) say, in our words, and what was decided where
they are silent:

====================  =========================================================================
sign-in               `loginWithEmailPassword`, `refreshToken`: an access token of 15 minutes, and
                      a refresh token that dies with its use. The new one is on the disk before
                      the old one is forgotten; one process refreshes at a time (`sign_in`).
limits                100 cost units in a sliding 10 s, by token; `X-RateLimit-*` and `Retry-After`
                      are heeded (`wire`).
errors                HTTP 200 with `errors[].extensions.code`; mutations also tell `success`. Only
                      a documented code is a refusal; of anything else nobody knows (`refusals`).
money                 roubles on the wire, kopecks here; never a float (`money`).
`topUpBalance`        takes client, amount and club. No method of payment, no shift, no key: that
                      nothing is posted twice the ledger sees to (`ledger`).
unclear ends          no documented query finds a payment by what we know of it, and one of the same
                      client and sum proves nothing. So a lost answer ends in `OutcomeUnclear`: a
                      person looks in IZI and says which.
`clientByPhone`,      named, without arguments or fields. The API offers introspection, so what
`clients`, `tariffs`, they take and give is read from the schema itself, and only fields that it
`purchaseTariff`      has are asked for. Where they need something that we do not know, they are
                      not offered (`shapes`).
shifts                no query is named: `current_shift` is not offered, IZI books to its open shift
                      by itself and answers `CLUB_CLOSED` where there is none.
all else              goods, refunds, withdrawals, bonuses, cash, receipts, fiscal settings: not
                      documented, so not offered; the station keeps it and says so.
rights                not told by the API. Everything is permitted here; IZI checks each request.
webhooks              HMAC-SHA256 of the body. They wake the station and are no facts (`webhooks`).
own printing          the fiscal settings cannot be read, so whether IZI's KKM adapter prints the
                      club's own settings tell; with it the till does not start (izi.md, part E).
====================  =========================================================================
"""
