"""What every message costs on a real chain: see scripts/gas and gas/README.md."""
