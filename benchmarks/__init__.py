"""What the tool costs: ``python -m benchmarks`` measures it beside a plain loop and others."""
