"""`make faults`: processes are killed and parts fail, for real; build/faults.json has what came."""
