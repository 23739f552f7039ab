"""Plain HTTP pages, and the session guard before NiceGUI builds a page."""
