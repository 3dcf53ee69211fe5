"""What people want to be told, finding out what there is to tell, and getting it to them."""
