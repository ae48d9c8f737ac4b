"""What people see: command line, figures, reports and the web laboratory."""
