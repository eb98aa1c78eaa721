"""What one fault does to everybody else: nothing."""
