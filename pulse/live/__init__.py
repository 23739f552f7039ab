"""What happens, told at once: messages, the hub that fans them out, the transports."""
