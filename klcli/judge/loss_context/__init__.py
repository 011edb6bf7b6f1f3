"""What belongs to the loss around a KL, and what is put there to keep it finite, told by evaluating."""
