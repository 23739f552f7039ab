"""WebSockets: /ws for the widget of one customer, /ws/dashboard for programs of a business."""
