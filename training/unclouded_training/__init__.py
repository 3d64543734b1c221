"""Training of Unclouded: simulator, networks, losses, evaluation and export."""
