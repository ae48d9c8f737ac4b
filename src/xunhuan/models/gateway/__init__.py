"""Gateways: through which ports, airports and border crossings trade passes, and what lines, fees and closures do."""
