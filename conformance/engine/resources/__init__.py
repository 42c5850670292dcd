"""The resources that a run makes: their names, what they need first, and which there are."""
