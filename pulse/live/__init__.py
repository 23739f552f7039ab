"""Live updates: messages, the hub that distributes them, and transports between processes."""
