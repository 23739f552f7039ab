"""Files as they come: every trap we know of, made here so that each says what it is about."""
