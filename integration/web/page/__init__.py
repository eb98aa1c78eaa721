"""What all pages share: the visit, rights, navigation, templates."""
