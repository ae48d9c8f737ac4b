"""The web laboratory: the same measures, scenarios and figures in a browser, served on this machine."""
