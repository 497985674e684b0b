"""What gathers the lines of this machine's servers. `sources` says where they write them."""
