"""Values to bytes: JSON, XML."""
