"""Every scenario of the library on another table than the one it is written for."""
