// Written by scripts/wire_types.py from src/rollcall/wire. Change the Structs and run it.

export * from "./close";
export * from "./received";
export * from "./sent";
