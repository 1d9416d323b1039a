// Written by scripts/wire_types.py from src/rollcall/wire. Change the Structs and run it.

/** Close codes: up to 4499 reconnect, from 4500 stop. */
export const Close = {
  SILENT: 4000,
  TOO_SLOW: 4001,
  DRAINING: 4002,
  TAKEN_OVER: 4003,
  NOT_STORED: 4004,
  TOO_LATE: 4005,
  MALFORMED: 4500,
  NO_ACCESS: 4501,
  WRONG_ORIGIN: 4502,
  ELSEWHERE: 4503,
} as const;
