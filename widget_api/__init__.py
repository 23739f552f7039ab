"""The API face: REST and WebSockets for widgets and programs, built on Litestar by `app.build()`.

A handler is three lines: a service called with a Scope, the answer converted to `wire`, returned.
Errors are raised by services and turned into answers in `errors`; who asks is settled in `auth`;
what every request passes (origins, log, metrics) is in `edge`.
"""
