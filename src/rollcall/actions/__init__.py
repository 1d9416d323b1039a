"""What people can do, one verb per function: opens the transaction, publishes after commit."""
