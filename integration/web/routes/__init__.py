"""What is at each address: a file for each page, its routes at the end."""
