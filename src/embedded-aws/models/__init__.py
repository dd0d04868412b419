"""AWS requests as AWS reads them, and what its published models say of them."""
