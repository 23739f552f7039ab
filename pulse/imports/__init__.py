"""Imports: upload, preview, run, undo, history, export."""
