"""What `up --demo` adds: a simulated company whose last ten working days are on the page."""
