"""Customers: who they are, what they did, and how their data comes in and goes out.

sniffing, preparing, spreadsheets, sources   any file, as batches of text
values, profiles, guesses, cautions          what its columns hold, and what looks wrong
mapping, validation                          how Pulse reads them, and which rows it cannot
writing, upload                              into the database, in chunks that survive a crash
ingestion                                    identify, track, batch: exactly once
directory, events                            reading customers, writing events
timeline, export, erasure                    one customer's past; taking it along; being forgotten
"""
