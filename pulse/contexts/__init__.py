"""Contexts that customers declare, the state of their widget, and their disputes.

A context is shared, listed, withdrawn, and expires by itself.
"""
