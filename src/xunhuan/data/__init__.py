"""What the laboratory works on: places, sectors, balanced accounts, and where they are kept."""
