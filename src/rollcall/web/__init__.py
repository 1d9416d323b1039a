"""HTTP and WebSocket borders: the API, the embedded page, the viewer socket, errors, authorisation."""
