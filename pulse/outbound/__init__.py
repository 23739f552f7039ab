"""Outgoing requests: allowed destinations, and a transport that enforces them.

url_policy  refuses private networks and special addresses, before each request
transport   an httpx transport that connects only to the checked address
"""
