"""Golden numbers and the program that writes them."""
