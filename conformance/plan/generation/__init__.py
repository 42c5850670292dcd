"""Values of a shape: valid ones, boundary values, single faults, and random ones."""
