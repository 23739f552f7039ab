"""The API face: REST and WebSockets for widgets and programs, built on Litestar by `app.build()`.

A handler calls a service with a Scope and returns its answer in the types of `schemas`. Services
raise errors, which `errors` turns into answers; `auth` authenticates; `middleware` holds what every
request passes (origins, log, metrics).
"""
