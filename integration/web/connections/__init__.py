"""The page Connections, and connecting through Zoom's OAuth."""
