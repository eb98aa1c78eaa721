"""The public page that says what is held about whom, why, and for how long."""
