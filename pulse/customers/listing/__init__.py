"""pulse/customers/listing."""
