"""Requests that leave the process: where they may go, and a transport that holds them to it.

url_policy  refuses private networks and special addresses, before each request
transport   an httpx transport that connects to the checked address only
"""
