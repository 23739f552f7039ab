"""Texts in the languages of customers, and the message catalogue."""
