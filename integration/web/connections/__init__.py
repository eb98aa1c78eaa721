"""The Connections page, and connecting through Zoom's OAuth."""
