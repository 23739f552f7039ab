"""Lifecycle: usual gaps between orders, when the next is expected, who has lapsed or left."""
