"""Pages of the reservoir."""
