"""What goes wrong around a program: it is killed, no room is left, two do the same."""
