"""What leaves Pulse: outgoing requests, only to allowed destinations, and CSV files.

url_policy  refuses private networks and special addresses, before each request
transport   an httpx transport that connects only to the checked address
csv_lines   CSV that a spreadsheet can open without running a formula
"""
