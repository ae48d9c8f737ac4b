"""What the program answers, held against derivations that use nothing of it: `make outside`."""
