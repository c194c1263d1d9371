"""Find the searches of a code base where they are written, and check them."""
