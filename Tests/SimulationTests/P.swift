// Files of the simulation follow.
