"""What if services fail: the question, the answer, and its picture."""
