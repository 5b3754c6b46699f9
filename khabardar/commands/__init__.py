"""The commands, one small file each; ``khabardar.cli`` puts them together."""
