"""Creating, changing and deleting in the browser: forms to and from plain documents."""
