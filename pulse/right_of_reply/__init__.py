"""The right of reply: a customer disputes a fact, staff answer, score and screens follow."""
