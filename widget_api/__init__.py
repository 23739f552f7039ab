"""The REST and WebSocket API for widgets and programs, built on Litestar by `app.build()`.

A handler calls a service with a Scope and returns its answer in the types of `schemas`. `errors`
maps exceptions to HTTP answers; `auth` authenticates; `middleware` handles origins, the log and the
metrics of every request.
"""
