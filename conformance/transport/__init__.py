"""How a target is reached: addresses, child processes, signatures and exchanges."""
