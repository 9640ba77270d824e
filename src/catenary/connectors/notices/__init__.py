"""What a notice says, whichever way it is sent."""
