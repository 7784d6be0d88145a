"""Pages of dated events, of the room of a session, and of what people said they would try."""
