"""Conversion: firms that lose orders abroad and turn to the home market, and what helps them."""
