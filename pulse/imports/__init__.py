"""Imports and exports of customer lists: upload, preview, run, undo, history, export."""
