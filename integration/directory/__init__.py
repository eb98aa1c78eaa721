"""WorkSights users: where they come from, and how somebody chooses one."""
