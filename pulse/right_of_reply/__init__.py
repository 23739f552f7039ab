"""The right of reply: a customer disputes a fact, and staff answer."""
