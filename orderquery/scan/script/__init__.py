"""Find the searches in JavaScript, TypeScript and TSX."""
